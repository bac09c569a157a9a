/** A proof counts for what it was made over, and for nothing else that stands there by the time it is consumed. */
import { expect, it } from 'vitest'
import { provenFor } from '../../src/gate/prove.ts'
import type { Proven } from '../../src/gate/prove.ts'

const countersignature: Proven['countersignature'] = { type: 'webauthn', envelope: '{"envelope":1}', credential: 'key-1', authenticatorData: 'AA', clientDataJSON: 'e30', signature: 'AA' }
const proven: Proven = { countersignature, subjectDigest: 'a'.repeat(64), publicKey: 'public-1', alg: -7, rpId: 'localhost' }
const ground = {
  challenge: { subject_digest: proven.subjectDigest }, ceremony: { envelope: countersignature.envelope },
  key: { credential: { id: 'key-1', publicKey: 'public-1', alg: -7 }, rpId: 'localhost' },
}

it('counts where nothing changed', () => {
  expect(provenFor(proven, ground)).toBe(countersignature)
})

it.each<[string, typeof ground]>([
  ['another statement', { ...ground, challenge: { subject_digest: 'b'.repeat(64) } }],
  ['another envelope', { ...ground, ceremony: { envelope: '{"envelope":2}' } }],
  ['another key', { ...ground, key: { ...ground.key, credential: { ...ground.key.credential, id: 'key-2' } } }],
  ['the same key with another public key', { ...ground, key: { ...ground.key, credential: { ...ground.key.credential, publicKey: 'public-2' } } }],
  ['another algorithm', { ...ground, key: { ...ground.key, credential: { ...ground.key.credential, alg: -8 } } }],
  ['another site', { ...ground, key: { ...ground.key, rpId: 'example.com' } }],
])('does not count for %s', (_, now) => {
  expect(() => provenFor(proven, now)).toThrow(expect.objectContaining({ code: 'ceremony_not_found' }) as Error)
})
