/** What `@simplewebauthn/browser` sends. Members that we do not read are dropped, and sizes are bounded before anything is decoded. */
import { z } from 'zod'

const base64url = (most: number) => z.string().regex(/^[A-Za-z0-9_-]*$/).max(most)
const credentialId = base64url(1364).min(1)

export const registrationResponse = z.object({
  id: credentialId,
  rawId: credentialId,
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: base64url(8192),
    attestationObject: base64url(65_536),
    transports: z.array(z.string().max(32)).max(16).optional(),
  }),
}).transform(({ response: { transports, ...response }, ...rest }) => ({
  ...rest, clientExtensionResults: {}, response: { ...response, ...(transports ? { transports } : {}) },
}))

export const authenticationResponse = z.object({
  id: credentialId,
  rawId: credentialId,
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: base64url(8192),
    authenticatorData: base64url(8192),
    signature: base64url(2048),
    userHandle: base64url(128).nullish(),
  }),
}).transform(({ response: { userHandle, ...response }, ...rest }) => ({
  ...rest, clientExtensionResults: {}, response: { ...response, ...(userHandle ? { userHandle } : {}) },
}))

const descriptor = z.object({ id: z.string(), type: z.string(), transports: z.array(z.string()).optional() })

/** PublicKeyCredentialCreationOptionsJSON, as far as we fill it. */
export const creationOptions = z.object({
  rp: z.object({ id: z.string().optional(), name: z.string() }),
  user: z.object({ id: z.string(), name: z.string(), displayName: z.string() }),
  challenge: z.string(),
  pubKeyCredParams: z.array(z.object({ type: z.string(), alg: z.number() })),
  timeout: z.number().optional(),
  excludeCredentials: z.array(descriptor).optional(),
  authenticatorSelection: z.object({ residentKey: z.string().optional(), requireResidentKey: z.boolean().optional(), userVerification: z.string().optional() }).optional(),
  attestation: z.string().optional(),
})

/** PublicKeyCredentialRequestOptionsJSON, as far as we fill it. */
export const requestOptions = z.object({
  challenge: z.string(),
  rpId: z.string().optional(),
  allowCredentials: z.array(descriptor).optional(),
  userVerification: z.string().optional(),
  timeout: z.number().optional(),
})
