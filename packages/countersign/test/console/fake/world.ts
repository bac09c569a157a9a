/** What the fake server knows, and the ways in which a test makes it lie. */
import { newLedger } from './ledger.ts'
import type { FakeLedger } from './ledger.ts'
import { noTeam } from './team.ts'
import type { Team } from './team.ts'
import { codeOf, digestOfSubject, id } from './statements.ts'

export type StoredKey = { id: string; label: string; credential: string; publicKey: Uint8Array<ArrayBuffer>; counter: number; synced: boolean; addedAt: number; usedAt: number | null }

export type Challenge = {
  code: string
  kind: string
  status: string
  subject: string
  createdAt: number
  expiresAt: number
  typeCode: boolean
  may: boolean
  reason: string
  approvals: number
  source: { address: string; host: string; client: string }
  signed: { person: string; name: string; role: string; at: string; label: string }[]
  plan: string
  policy: { from: string; to: string } | null
  run: string | null
  reported: boolean | null
}

/** Each makes the server lie in one thing. */
export type Lies = {
  planByte?: boolean
  policyByte?: boolean
  challenge?: boolean
  subjectDigest?: boolean
  /** Another statement under the code that was asked for. */
  subjectSwap?: string
  requester?: boolean
  envelopePerson?: boolean
  envelopeOrigin?: boolean
  /** Answers of the session's routes after this many calls. */
  sessionGoneAt?: 'begin' | 'finish'
  networkGoneAt?: 'begin'
}

export type World = {
  person: { id: string; name: string }
  setUp: boolean
  setupToken: string
  demonstration: boolean
  keys: StoredKey[]
  sessions: Set<string>
  challenges: Map<string, Challenge>
  runs: Record<string, unknown>[]
  plans: Map<string, string>
  interaction: { client: string; terminal: { host: string; user: string } | null; thumbprint: string; redirect: string } | null
  decision: string | null
  ledger: FakeLedger
  team: Team
  /** What the state door says came of the request that was countersigned. */
  stateResult: { version: number; refused: string; next: string } | null
  idleMs: number
  lies: Lies
  /** Every call, as "POST /path". */
  calls: string[]
}

export function newWorld(): World {
  return {
    person: { id: id('usr', 'rosa'), name: 'Rosa Lindqvist' }, setUp: false, setupToken: 'cs_su_Zx3kq0P7f9aLw2Vt', demonstration: false, keys: [], sessions: new Set(), challenges: new Map(),
    runs: [], plans: new Map(), interaction: null, decision: null, ledger: newLedger(42), team: noTeam(), stateResult: null, idleMs: 15 * 60_000, lies: {}, calls: [],
  }
}

/** A challenge over this statement, known to the world under its code. */
export function ask(world: World, subject: string, fields: Partial<Challenge> = {}): Challenge {
  const now = Date.now()
  const challenge: Challenge = {
    code: codeOf(digestOfSubject(subject)), kind: String((JSON.parse(subject) as { kind: unknown }).kind), status: 'waiting', subject, createdAt: now - 48_000, expiresAt: now + 14 * 60_000 + 12_000,
    typeCode: false, may: true, reason: '', approvals: 1, source: { address: '10.20.4.17', host: 'rosa@thinkpad', client: 'countersign 0.1.0, linux' }, signed: [], plan: '', policy: null, run: null, reported: null, ...fields,
  }
  world.challenges.set(challenge.code, challenge)
  return challenge
}

export function viewOf(world: World, challenge: Challenge): Record<string, unknown> {
  const subject = world.lies.subjectSwap ?? challenge.subject
  const digest = digestOfSubject(subject)
  return {
    code: challenge.code, kind: challenge.kind, status: challenge.status, subject, subjectDigest: world.lies.subjectDigest === true ? digest.replace(/^./u, digest.startsWith('0') ? '1' : '0') : digest,
    createdAt: new Date(challenge.createdAt).toISOString(), expiresAt: new Date(challenge.expiresAt).toISOString(), requester: world.lies.requester === true ? { ...world.person, id: id('usr', 'mallory') } : world.person, source: challenge.source,
    you: { may: challenge.may, role: 'self', slot: 0, reason: challenge.reason }, typeCode: challenge.typeCode, countersignatures: challenge.signed, run: challenge.run,
  }
}
