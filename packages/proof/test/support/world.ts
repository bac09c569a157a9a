/**
 * An installation in memory: directory, ledger, clock. It does as it is told and verifies nothing, so that a test can be a
 * server that is taken over.
 */
import {
  canonicalText,
  challengeFor,
  type Countersignature,
  type DirectoryEntry,
  type DirectorySubject,
  emptyHead,
  type Envelope,
  type Evidence,
  type GenesisSubject,
  headAfter,
  type JsonObject,
  makeVkey,
  type PolicyRef,
  type RegistrationSubject,
  type Requirement,
  type SignerRole,
  subjectDigest,
  toBase64url,
  toHex,
  type TrustFile,
} from '../../src/index.ts'
import { buildLeaf, consistencyProof, extendRange, inclusionProof, type Range, rangeRoot, rootAt, signCheckpoint } from '../../src/produce/index.ts'
import { type Authenticator, type Touch, touch } from './authenticator.ts'
import { ledgerKey, seed } from './keys.ts'

export const requirement: Requirement = {
  assurance: 'aal2',
  phishingResistant: true,
  freshSeconds: 300,
  selfStepUp: true,
  approvals: 0,
  approverRole: '',
  excludeRequester: true,
}

export const digestFor = (name: string): string => toHex(seed(`digest ${name}`))
export const policyRef = (over: Partial<Requirement> = {}): PolicyRef => ({
  digest: digestFor('policy'),
  rule: 'prod',
  requirement: { ...requirement, ...over },
})

export type Lies = { envelope?: Partial<Envelope>; touch?: Partial<Touch>; after?: (made: Countersignature) => Countersignature }
export type Signing = { by: Authenticator; role: SignerRole } & Lies

type Logged = { leaf: string; details: string; salt: string }

export class World {
  readonly name: string
  readonly instance: string
  readonly org = 'acme'
  rpId = 'countersign.test'
  origins = ['https://countersign.test']
  clock = Date.parse('2026-11-20T19:30:00.000Z')
  entries: string[] = []
  heads = [emptyHead]
  logged: Logged[] = []
  ledgerKeyName = 'ledger'
  readonly nodes = new Map<string, Uint8Array>()
  readonly range: Range = { size: 0, nodes: [] }
  #counter = 0

  constructor(name = 'one') {
    this.name = name
    this.instance = `ins-${name}`
  }

  now(plus = 0): string {
    return new Date(this.clock + plus).toISOString()
  }

  tick(milliseconds: number): void {
    this.clock += milliseconds
  }

  requestId(): string {
    return `req_${Buffer.from(this.fresh('request').subarray(0, 16)).toString('hex')}`
  }

  fresh(what: string): Uint8Array {
    return seed(`${this.name} ${what} ${this.#counter++}`)
  }

  readonly read = (level: number, index: number): Uint8Array => {
    const node = this.nodes.get(`${level}/${index}`)
    if (node === undefined) throw new Error(`no node ${level}/${index}`)
    return node
  }

  get common(): { v: 1; instance: string; org: string } {
    return { v: 1, instance: this.instance, org: this.org }
  }

  vkey(name = this.ledgerKeyName): Promise<string> {
    return makeVkey(`countersign/${this.instance}`, ledgerKey(`${this.name} ${name}`).publicKey)
  }

  async envelope(by: Authenticator, role: SignerRole): Promise<Envelope> {
    return {
      v: 1,
      instance: this.instance,
      person: by.person.id,
      role,
      slot: 0,
      nonce: toBase64url(this.fresh('nonce')),
      notBefore: this.now(),
      expires: this.now(600_000),
      origin: this.origins[0] ?? '',
      checkpoint: { size: this.range.size, root: toHex(await rootAt(this.range.size, this.read)) },
      directory: { size: this.entries.length, head: this.heads[this.entries.length] ?? emptyHead },
    }
  }

  async countersign(subject: string, { by, role, ...lies }: Signing): Promise<Countersignature> {
    const envelope = canonicalText({ ...(await this.envelope(by, role)), ...lies.envelope })
    const challenge = await challengeFor(await subjectDigest(subject), envelope)
    const origin = this.origins[0] ?? ''
    const made: Countersignature = { type: 'webauthn', envelope, ...touch(by, { challenge, rpId: this.rpId, origin, ...lies.touch }) }
    return lies.after?.(made) ?? made
  }

  async countersignAll(subject: string, signings: readonly Signing[]): Promise<Countersignature[]> {
    const made: Countersignature[] = []
    for (const signing of signings) made.push(await this.countersign(subject, signing))
    return made
  }

  async enter(subject: DirectorySubject | JsonObject, signings: readonly Signing[], over: Partial<DirectoryEntry> = {}): Promise<void> {
    const text = canonicalText(subject)
    const countersignatures = await this.countersignAll(text, signings)
    this.tick(1000)
    const seq = this.entries.length
    const entry = canonicalText({ v: 1, seq, previous: this.heads[seq] ?? '', time: this.now(), subject: text, countersignatures, ...over })
    this.entries.push(entry)
    this.heads.push(await headAfter(this.heads[seq] ?? emptyHead, entry))
    this.tick(1000)
  }

  enrolment(by: Authenticator): Omit<GenesisSubject, 'kind' | 'ledgerKey' | 'policy'> {
    return {
      ...this.common,
      person: by.person,
      authenticator: by.id,
      label: by.label,
      credential: by.credential,
      attestation: { format: 'none', digest: digestFor(`attestation ${by.id}`) },
      intent: digestFor(`intent ${by.id}`),
      rpId: this.rpId,
      origins: this.origins,
      demonstration: false,
    }
  }

  async genesis(by: Authenticator, over: Partial<GenesisSubject> = {}, lies: Lies = {}): Promise<void> {
    const subject = { ...this.enrolment(by), kind: 'genesis' as const, ledgerKey: await this.vkey(), policy: digestFor('policy'), ...over }
    await this.enter(subject, [{ by, role: 'genesis', ...lies }])
  }

  async register(by: Authenticator, voucher: Authenticator, over: Partial<RegistrationSubject> = {}, lies: { own?: Lies; voucher?: Lies } = {}): Promise<void> {
    const named = { person: voucher.person.id, credential: voucher.credential.id }
    const subject = { ...this.enrolment(by), kind: 'registration' as const, voucher: named, ...over }
    await this.enter(subject, [
      { by, role: 'possession', ...lies.own },
      { by: voucher, role: 'voucher', ...lies.voucher },
    ])
  }

  async revoke(target: Authenticator, by: Authenticator, over: JsonObject = {}): Promise<void> {
    const subject = {
      ...this.common,
      kind: 'revocation',
      action: 'authenticator.change',
      request: this.requestId(),
      person: target.person.id,
      authenticator: target.id,
      credential: target.credential.id,
      reason: 'lost',
      requester: by.person.id,
      policy: policyRef(),
      ...over,
    }
    await this.enter(subject, [{ by, role: 'self' }])
  }

  async role(person: { id: string; name: string }, role: string, by: Authenticator, over: JsonObject = {}): Promise<void> {
    const subject = {
      ...this.common,
      kind: 'role',
      action: 'member.change',
      request: this.requestId(),
      person,
      role,
      scope: '',
      change: 'grant',
      requester: by.person.id,
      policy: policyRef(),
      ...over,
    }
    await this.enter(subject, [{ by, role: 'self' }])
  }

  async rotateLedgerKey(to: string, by: Authenticator, over: JsonObject = {}): Promise<void> {
    const subject = {
      ...this.common,
      kind: 'ledger-key',
      action: 'ledger.change',
      request: this.requestId(),
      key: await this.vkey(to),
      previous: await this.vkey(),
      requester: by.person.id,
      policy: policyRef(),
      ...over,
    }
    await this.enter(subject, [{ by, role: 'self' }])
    this.ledgerKeyName = to
  }

  async moveSite(rpId: string, origins: string[], by: Authenticator, over: JsonObject = {}): Promise<void> {
    const subject = {
      ...this.common,
      kind: 'relying-party',
      action: 'relying-party.change',
      request: this.requestId(),
      change: 'add',
      rpId,
      origins,
      requester: by.person.id,
      policy: policyRef(),
      ...over,
    }
    await this.enter(subject, [{ by, role: 'self' }])
    this.rpId = rpId
    this.origins = origins
  }

  async log(type: string, ids: Record<string, string>, details: JsonObject, over: { time?: string } = {}): Promise<number> {
    const salt = toBase64url(this.fresh('salt'))
    const { leaf, details: text, hash } = await buildLeaf({ type, time: over.time ?? this.now(), ids, details, salt })
    for (const node of await extendRange(this.range, hash)) this.nodes.set(`${node.level}/${node.index}`, node.hash)
    this.logged.push({ leaf, details: text, salt })
    this.tick(100)
    return this.logged.length - 1
  }

  async checkpoint(): Promise<string> {
    const head = { origin: `countersign/${this.instance}`, size: this.range.size, root: toHex(await rangeRoot(this.range)) }
    return signCheckpoint(head, ledgerKey(`${this.name} ${this.ledgerKeyName}`))
  }

  async evidence(made: { subject: string; countersignatures: Countersignature[]; leaves: number[]; outcome: Evidence['outcome'] }): Promise<Evidence> {
    const { size } = this.range
    const leaves = []
    for (const index of made.leaves) {
      const proof = (await inclusionProof(index, size, this.read)).map(toHex)
      leaves.push({ index, ...(this.logged[index] ?? { leaf: '', details: '', salt: '' }), proof })
    }
    const consistency: { from: { size: number; root: string }; proof: string[] }[] = []
    for (const { envelope } of made.countersignatures) {
      const from = (JSON.parse(envelope) as Envelope).checkpoint
      const proof = from.size <= size ? (await consistencyProof(from.size, size, this.read)).map(toHex) : []
      if (!consistency.some((one) => one.from.size === from.size)) consistency.push({ from, proof })
    }
    return {
      v: 1,
      type: 'countersign.evidence',
      instance: this.instance,
      subject: made.subject,
      countersignatures: made.countersignatures,
      directory: this.entries,
      ledger: { checkpoint: await this.checkpoint(), leaves, consistency },
      outcome: made.outcome,
    }
  }

  async trust(genesis: Authenticator, over: Partial<TrustFile> = {}): Promise<TrustFile> {
    const { id: credential, publicKey } = genesis.credential
    return {
      v: 1,
      type: 'countersign.trust',
      instance: this.instance,
      org: this.org,
      genesis: { entry: this.heads[1] ?? '', person: genesis.person.id, credential, publicKey },
      ledgerKeys: [await this.vkey()],
      sites: [{ rpId: this.rpId, origins: this.origins }],
      recoveries: [],
      demonstration: false,
      ...over,
    }
  }
}

