/**
 * What `create()` answered: one new credential, checked as WebAuthn level 3 section 7.1 says and reduced to what a statement names.
 *
 * The attestation is kept, and believed only where it is verified to a root that the operator configured; everything else that the
 * authenticator says of itself is its claim. That the key is there is proven by the possession ceremony that follows, not by this
 * one. A claim that the key is the demonstration's is believed against it.
 */
import { createHash, createPublicKey, type JsonWebKey } from 'node:crypto'
import { demonstrationAaguid, type Credential } from '@countersign/proof'
import { verifyRegistrationResponse, type RegistrationResponseJSON } from '@simplewebauthn/server'
import { cose, decodeAttestationObject, isoCBOR, parseAuthenticatorData } from '@simplewebauthn/server/helpers'
import { z } from 'zod'
import { noRoots, type AttestationRoots } from '../attestation/roots.ts'
import { verifyAttestation } from '../attestation/verify.ts'
import { IdentityError } from '../errors.ts'

/** In the order in which they are asked for: what FIPS mode and the oldest keys speak comes first. */
export const acceptedAlgorithms = [-7, -257, -8] as const

/** As it waits in the ceremony between `create()` and the signatures. */
export const registeredSchema = z.object({
  credential: z.object({
    id: z.string(), alg: z.union([z.literal(-7), z.literal(-257), z.literal(-8)]), publicKey: z.string(), aaguid: z.string(),
    backupEligible: z.boolean(), backedUp: z.boolean(), transports: z.array(z.string()),
  }),
  signCount: z.number(),
  /** `object` is base64url, as received; `digest` its SHA-256; `root` the digest of the root that it goes back to, or "". */
  attestation: z.object({ format: z.string(), digest: z.string(), object: z.string(), root: z.string() }),
  demonstration: z.boolean(),
})

export type Registered = z.output<typeof registeredSchema>

export type RegistrationExpectation = {
  challenge: string
  rpId: string
  origins: readonly string[]
  demonstration: boolean
  attestationRoots?: AttestationRoots
  /** ms: certificates have to hold then */
  now: number
}

export async function verifyRegistration(response: RegistrationResponseJSON, expected: RegistrationExpectation): Promise<Registered> {
  const registered = await parse(response, expected)
  if (registered.demonstration && !expected.demonstration) throw demonstrationKey()
  return registered
}

export function demonstrationKey(): IdentityError {
  return new IdentityError(
    'demonstration_key_refused',
    'This is the software key of demonstrations, and this server was not started for one.',
    'Use a passkey or a security key.',
  )
}

async function parse(response: RegistrationResponseJSON, expected: RegistrationExpectation): Promise<Registered> {
  try {
    checkClientData(response.response.clientDataJSON, expected.challenge)
    const object = bytes(response.response.attestationObject)
    const decoded = decodeAttestationObject(object)
    const authData = decoded.get('authData')
    const verified = await verifyRegistrationResponse({
      response: { ...response, response: { ...response.response, attestationObject: text(unattested(authData)) } },
      expectedChallenge: expected.challenge, expectedOrigin: [...expected.origins], expectedRPID: expected.rpId,
      requireUserPresence: true, requireUserVerification: true, supportedAlgorithmIDs: [...acceptedAlgorithms],
    })
    if (!verified.verified) throw new Error('not verified')
    const { aaguid, credential, credentialDeviceType, credentialBackedUp } = verified.registrationInfo
    const id = parseAuthenticatorData(authData).credentialID
    if (!id || text(id) !== response.id || id.length > 1023) throw new Error('the credential id is not the one in the authenticator data')
    const backupEligible = credentialDeviceType === 'multiDevice'
    if (credentialBackedUp && !backupEligible) throw new Error('backed up without being eligible')
    const key = publicKeyOf(credential.publicKey)
    const root = verifyAttestation({
      format: decoded.get('fmt'), authData, rpIdHash: authData.subarray(0, 32), clientDataHash: sha256(bytes(response.response.clientDataJSON)).digest(),
      credentialId: id, publicKey: Buffer.from(key.publicKey, 'base64url'), aaguid: aaguid.replaceAll('-', ''),
    }, decoded.get('attStmt'), { roots: expected.attestationRoots ?? noRoots, now: expected.now })
    return {
      credential: {
        id: response.id, ...key, aaguid, backupEligible, backedUp: credentialBackedUp,
        transports: transportsOf(response),
      },
      signCount: credential.counter,
      attestation: { format: decoded.get('fmt'), digest: sha256(object).digest('hex'), object: text(object), root },
      demonstration: aaguid === demonstrationAaguid,
    }
  } catch (cause) {
    if (cause instanceof IdentityError) throw cause
    const why = cause instanceof Error ? cause.message : 'unreadable'
    throw new IdentityError('registration_invalid', `The answer of the authenticator does not hold: ${why}.`, 'Begin the registration again.', { cause })
  }
}

/** The attestation object without its statement: the library would hold it against roots and a clock that are not ours. */
function unattested(authData: Uint8Array): Uint8Array {
  const members: [string, string | Uint8Array | Map<string, string>][] = [['fmt', 'none'], ['attStmt', new Map()], ['authData', authData]]
  return isoCBOR.encode(new Map(members))
}

/** First, so that an answer to another intent is called that, whatever else is wrong with it. */
function checkClientData(clientDataJSON: string, challenge: string): void {
  const data: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes(clientDataJSON)))
  if (typeof data !== 'object' || data === null) throw new Error('client data is not an object')
  if (!('challenge' in data) || data.challenge !== challenge)
    throw new IdentityError('challenge_mismatch', 'The authenticator answered another request.', 'Begin the registration again.')
  if (('crossOrigin' in data && data.crossOrigin === true) || 'topOrigin' in data) throw new Error('the ceremony ran inside another page')
}

/** The COSE key as SPKI; importing it refuses points that are not on the curve. */
function publicKeyOf(coseKey: Uint8Array): Pick<Credential, 'alg' | 'publicKey'> {
  const key: ReadonlyMap<number, unknown> = isoCBOR.decodeFirst<Map<number, unknown>>(Uint8Array.from(coseKey))
  const member = (number: number) => key.get(number)
  const alg = member(cose.COSEKEYS.alg)
  const jwk = jwkOf(alg, member)
  const imported = createPublicKey({ key: jwk, format: 'jwk' })
  if (imported.asymmetricKeyType === 'rsa' && (imported.asymmetricKeyDetails?.modulusLength ?? 0) < 2048) {
    throw new Error('the RSA key is shorter than 2048 bits')
  }
  const known = acceptedAlgorithms.find((accepted) => accepted === alg)
  if (known === undefined) throw new Error('the algorithm is not one that is accepted')
  return { alg: known, publicKey: imported.export({ format: 'der', type: 'spki' }).toString('base64url') }
}

/** COSE (RFC 9053) to JWK (RFC 7517): the three kinds of key that are accepted, each with its one curve. */
function jwkOf(alg: unknown, member: (number: number) => unknown): JsonWebKey {
  const { crv, x, y, n, e } = cose.COSEKEYS
  if (alg === -7 && member(crv) === 1) return { kty: 'EC', crv: 'P-256', x: word(member(x)), y: word(member(y)) }
  if (alg === -8 && member(crv) === 6) return { kty: 'OKP', crv: 'Ed25519', x: word(member(x)) }
  if (alg === -257) return { kty: 'RSA', n: word(member(n)), e: word(member(e)) }
  throw new Error('the key is of no kind that is accepted')
}

function word(member: unknown): string {
  if (!(member instanceof Uint8Array)) throw new Error('the key lacks a member')
  return text(member)
}

function transportsOf(response: RegistrationResponseJSON): string[] {
  const known = new Set(['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'])
  return [...new Set(response.response.transports ?? [])].filter((transport) => known.has(transport)).sort()
}

function bytes(base64url: string): Uint8Array<ArrayBuffer> {
  const decoded = Uint8Array.from(Buffer.from(base64url, 'base64url'))
  if (text(decoded) !== base64url) throw new Error('not base64url')
  return decoded
}

function sha256(given: Uint8Array): ReturnType<typeof createHash> {
  return createHash('sha256').update(given)
}

function text(given: Uint8Array): string {
  return Buffer.from(given).toString('base64url')
}
