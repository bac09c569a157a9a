/**
 * Assertion verification, measured against @simplewebauthn/server and against the bare platform call with a key imported
 * beforehand. Rounds are interleaved, so that what else the machine does meets all alike; medians are compared.
 */
import { createHash, createPublicKey, verify } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { verifyAuthenticationResponse } from '@simplewebauthn/server'
import { type Assertion, type AssertionInput, verifyAssertion } from '../src/index.ts'
import { authenticator, personOf, touch, UP, UV } from '../test/support/authenticator.ts'
import { seed } from '../test/support/keys.ts'

export type BenchRow = { name: string; ours: number; other: number; ratio: number; goal: string; holds: boolean; unit: string; note: string }

// many short rounds: on a machine that does other work, a long one measures that
const rounds = 151
const perRound = 20

const person = personOf('Bench')
const by = authenticator(person, 'bench')
const challenge = seed('bench challenge')
const rpId = 'countersign.test'
const origin = 'https://countersign.test'
const asked = { challenge, rpId, origin }

const inputOf = (assertion: Assertion): AssertionInput => ({
  assertion,
  key: { person: person.id, ...by.credential },
  person: person.id,
  challenge,
  rpId,
  origins: [origin],
})

const cose = (): Uint8Array<ArrayBuffer> => {
  const spki = by.key.spki
  const [x, y] = [spki.subarray(27, 59), spki.subarray(59, 91)]
  return new Uint8Array([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20, ...x, 0x22, 0x58, 0x20, ...y])
}
const publicKey = cose()

async function theirs(assertion: Assertion): Promise<boolean> {
  const { credential: id, ...response } = assertion
  try {
    const { verified } = await verifyAuthenticationResponse({
      response: { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response },
      expectedChallenge: Buffer.from(challenge).toString('base64url'),
      expectedOrigin: [origin],
      expectedRPID: rpId,
      requireUserVerification: true,
      credential: { id, publicKey, counter: 0 },
    })
    return verified
  } catch {
    return false
  }
}

const ours = (assertion: Assertion): Promise<boolean> =>
  verifyAssertion(inputOf(assertion)).then(
    () => true,
    () => false,
  )

const key = createPublicKey({ key: Buffer.from(by.key.spki), format: 'der', type: 'spki' })
async function bare(assertion: Assertion): Promise<boolean> {
  const clientData = createHash('sha256').update(Buffer.from(assertion.clientDataJSON, 'base64url')).digest()
  return verify('sha256', Buffer.concat([Buffer.from(assertion.authenticatorData, 'base64url'), clientData]), key, Buffer.from(assertion.signature, 'base64url'))
}

const good = Array.from({ length: perRound }, (_, i) => touch(by, { ...asked, counter: i + 1 }))
const bad = [
  touch(by, { ...asked, challenge: seed('another') }),
  touch(by, { ...asked, origin: 'https://evil.example' }),
  touch(by, { ...asked, rpId: 'evil.example' }),
  touch(by, { ...asked, flags: UV }),
  touch(by, { ...asked, flags: UP }),
  touch(by, { ...asked, clientData: (members) => ({ ...members, type: 'webauthn.create' }) }),
  touch(by, { ...asked, signer: authenticator(personOf('Mallory'), 'bench').key }),
  ...good.slice(0, 1).map((one) => ({ ...one, signature: one.signature.slice(0, -4) + (one.signature.endsWith('AAAA') ? 'BBBB' : 'AAAA') })),
]

/** Both refuse what is bad and take what is good; otherwise a rate would compare nothing. */
async function checkVerdicts(): Promise<void> {
  for (const [list, expected] of [[good.slice(0, 20), true], [bad, false]] as const) {
    for (const one of list) {
      if ((await ours(one)) !== expected || (await theirs(one)) !== expected) throw new Error('the two verifiers do not agree')
    }
  }
}

async function rate(verifyOne: (assertion: Assertion) => Promise<boolean>): Promise<number> {
  const start = performance.now()
  for (const one of good) if (!(await verifyOne(one))) throw new Error('a good assertion was refused')
  return perRound / ((performance.now() - start) / 1000)
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

export async function run(): Promise<BenchRow[]> {
  await checkVerdicts()
  const contenders = { ours, theirs, bare }
  const rates: Record<keyof typeof contenders, number[]> = { ours: [], theirs: [], bare: [] }
  for (let i = 0; i < 30; i++) for (const one of [ours, theirs, bare]) await rate(one)
  for (let round = 0; round < rounds; round++) {
    rates.ours.push(await rate(ours))
    rates.theirs.push(await rate(theirs))
    rates.bare.push(await rate(bare))
  }
  const row = (name: string, other: number, goal: number, note: string): BenchRow => {
    const own = median(rates.ours)
    const ratio = own / other
    return { name, ours: Math.round(own), other: Math.round(other), ratio: Number(ratio.toFixed(2)), goal: `at least ${goal}`, holds: ratio >= goal, unit: 'assertions/s', note }
  }
  const how = `ES256, medians of ${rounds} interleaved rounds of ${perRound}`
  return [
    row('proof.assertion-vs-simplewebauthn', median(rates.theirs), 4, `${how}; same verdicts over ${good.slice(0, 20).length} good and ${bad.length} bad`),
    row('proof.assertion-vs-bare-verify', median(rates.bare), 0.6, `${how}; other = crypto.verify with the key imported beforehand`),
  ]
}
