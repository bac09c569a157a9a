import { createHash, createPublicKey, verify } from 'node:crypto'
import { demonstrationAaguid } from '@countersign/proof'
import { verifyAuthenticationResponse, verifyRegistrationResponse, generateRegistrationOptions } from '@simplewebauthn/server'
import { describe, expect, test } from 'vitest'
import { createSoftwareAuthenticator, importSoftwareAuthenticator } from '../../src/identity/demonstration/software-authenticator.ts'

const origin = 'http://localhost:7420'
const rpID = 'localhost'
const challenge = createHash('sha256').update('anything').digest()

async function creation(alg: number) {
  return await generateRegistrationOptions({ rpName: 'Countersign', rpID, userName: 'ada', challenge: new Uint8Array(challenge), supportedAlgorithmIDs: [alg] })
}

describe('the software authenticator', () => {
  for (const [name, alg] of [['ES256', -7], ['RS256', -257], ['EdDSA', -8]] as const) {
    test(`${name}: another implementation accepts its registration and its assertion`, async () => {
      const device = createSoftwareAuthenticator()
      const options = await creation(alg)
      const registered = await verifyRegistrationResponse({ response: device.create(options, origin), expectedChallenge: options.challenge, expectedOrigin: origin, expectedRPID: rpID })
      if (!registered.verified) throw new Error('not verified')
      expect(registered.registrationInfo.aaguid).toBe(demonstrationAaguid)
      const response = device.get({ challenge: challenge.toString('base64url'), rpId: rpID }, origin)
      const signedIn = await verifyAuthenticationResponse({ response, expectedChallenge: challenge.toString('base64url'), expectedOrigin: origin, expectedRPID: rpID, credential: registered.registrationInfo.credential })
      expect(signedIn.verified).toBe(true)
      expect(signedIn.authenticationInfo.newCounter).toBe(1)
    })
  }

  test('the same seed makes the same key, and an exported authenticator signs on', async () => {
    const options = await creation(-7)
    const [one, two] = [createSoftwareAuthenticator({ seed: 's' }), createSoftwareAuthenticator({ seed: 's' })]
    const [first, second] = [one.create(options, origin), two.create(options, origin)]
    expect(second.id).toBe(first.id)
    expect(second.response.publicKey).toBe(first.response.publicKey)
    const again = importSoftwareAuthenticator(one.export()).get({ challenge: 'AAAA', rpId: rpID }, origin)
    const signed = Buffer.concat([Buffer.from(again.response.authenticatorData, 'base64url'), createHash('sha256').update(Buffer.from(again.response.clientDataJSON, 'base64url')).digest()])
    const key = createPublicKey({ key: Buffer.from(one.publicKey(first.id), 'base64url'), format: 'der', type: 'spki' })
    expect(verify('sha256', signed, key, Buffer.from(again.response.signature, 'base64url'))).toBe(true)
  })

  test('refuses what a browser refuses: a foreign page, an excluded credential, none of ours allowed', async () => {
    const device = createSoftwareAuthenticator()
    const options = await creation(-7)
    expect(() => device.create(options, 'https://evil.example')).toThrow(expect.objectContaining({ name: 'SecurityError' }))
    const { id } = device.create(options, origin)
    expect(() => device.create({ ...options, excludeCredentials: [{ id, type: 'public-key' }] }, origin)).toThrow(expect.objectContaining({ name: 'InvalidStateError' }))
    expect(() => device.get({ challenge: 'AAAA', rpId: rpID, allowCredentials: [{ id: 'b3RoZXI', type: 'public-key' }] }, origin)).toThrow(expect.objectContaining({ name: 'NotAllowedError' }))
  })
})
