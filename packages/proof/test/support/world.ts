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
  type NamedPerson,
  type PolicyRef,
  probationLasts,
  type RegistrationSubject,
  type Requirement,
  type ServerWord,
  serverWordBytes,
  type SignerRole,
  type Site,
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

/** `also`: who signs besides; of a change that takes two owners, the second. */
export type Besides = { also?: readonly Authenticator[] }

export type Lies = {
  envelope?: Partial<Envelope>
  touch?: Partial<Touch>
  after?: (made: Countersignature) => Countersignature
  /** the ledger key that signs a word of the server, when it is not the one that holds */
  ledger?: string
}

/** An authenticator app: what the directory knows of it. */
export type App = { id: string; person: NamedPerson; label: string }

/** A touch on a key; the server's word for an app; or the host's, for a person. */
export type KeySigning = { by: Authenticator; role: SignerRole } & Lies
export type WordSigning = ({ app: App } | { host: NamedPerson }) & { role: SignerRole } & Lies
export type Signing = KeySigning | WordSigning

export const personIn = (signing: Signing): NamedPerson =>
  'by' in signing ? signing.by.person : 'app' in signing ? signing.app.person : signing.host

type Logged = { leaf: string; details: string; salt: string }

/** The second of two owners, and whoever else. */
export const besides = (also: readonly Authenticator[] = []): KeySigning[] => also.map((by) => ({ by, role: 'approver' }))

export class World {
  readonly name: string
  readonly instance: string
  readonly org = 'acme'
  rpId = 'countersign.test'
  origins = ['https://countersign.test']
  clock = Date.parse('2026-11-20T19:30:00.000Z')
  /** every site there was, the newest last; and the one that each key was made for, by credential id */
  sites: Site[] = []
  readonly siteOf = new Map<string, Site>()
  /** the roots to which attestations were verified, by credential id; and those that the trust file names */
  readonly roots = new Map<string, string>()
  /** heads after recoveries by the host */
  recoveries: string[] = []
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

  async envelope(person: NamedPerson, role: SignerRole, site: Site): Promise<Envelope> {
    return {
      v: 1,
      instance: this.instance,
      person: person.id,
      role,
      slot: 0,
      nonce: toBase64url(this.fresh('nonce')),
      notBefore: this.now(),
      expires: this.now(600_000),
      origin: site.origins[0] ?? '',
      checkpoint: { size: this.range.size, root: toHex(await rootAt(this.range.size, this.read)) },
      directory: { size: this.entries.length, head: this.heads[this.entries.length] ?? emptyHead },
    }
  }

  async countersign(subject: string, signing: Signing): Promise<Countersignature> {
    const newest: Site = { rpId: this.rpId, origins: this.origins }
    const site = 'by' in signing ? (this.siteOf.get(signing.by.credential.id) ?? newest) : newest
    const envelope = canonicalText({ ...(await this.envelope(personIn(signing), signing.role, site)), ...signing.envelope })
    const challenge = await challengeFor(await subjectDigest(subject), envelope)
    const made = this.#sign(signing, envelope, challenge, site)
    return signing.after?.(made) ?? made
  }

  #sign(signing: Signing, envelope: string, challenge: Uint8Array, site: Site): Countersignature {
    if ('by' in signing) {
      const asked = { challenge, rpId: site.rpId, origin: site.origins[0] ?? '', ...signing.touch }
      return { type: 'webauthn', envelope, ...touch(signing.by, asked) }
    }
    const word: ServerWord = 'app' in signing ? { type: 'totp', authenticator: signing.app.id } : { type: 'host' }
    const { sign } = ledgerKey(`${this.name} ${signing.ledger ?? this.ledgerKeyName}`)
    return { ...word, envelope, signature: toBase64url(sign(serverWordBytes(word, challenge))) }
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
    const site = { rpId: this.rpId, origins: this.origins }
    if (this.sites.length === 0) this.sites.push(site)
    this.siteOf.set(by.credential.id, site)
    return {
      ...this.common,
      person: by.person,
      authenticator: by.id,
      label: by.label,
      credential: by.credential,
      attestation: { format: 'none', digest: digestFor(`attestation ${by.id}`), root: this.roots.get(by.credential.id) ?? '' },
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

  async register(by: Authenticator, voucher: Authenticator, over: Partial<RegistrationSubject> = {}, lies: { own?: Lies; voucher?: Lies; second?: KeySigning } = {}): Promise<void> {
    const named = { person: voucher.person.id, credential: voucher.credential.id }
    const subject = { ...this.enrolment(by), kind: 'registration' as const, voucher: named, ...over }
    await this.enter(subject, [
      { by, role: 'possession', ...lies.own },
      { by: voucher, role: 'voucher', ...lies.voucher },
      ...(lies.second ? [lies.second] : []),
    ])
  }

  /** The same, and 48 hours later: the key counts for everything. */
  async registerEarly(...told: Parameters<World['register']>): Promise<void> {
    await this.register(...told)
    this.tick(probationLasts)
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

  async role(person: { id: string; name: string }, role: string, by: Authenticator, over: JsonObject = {}, { also, ...lies }: Lies & Besides = {}): Promise<void> {
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
    await this.enter(subject, [{ by, role: 'self', ...lies }, ...besides(also)])
  }

  async rotateLedgerKey(to: string, by: Authenticator, over: JsonObject = {}, { also }: Besides = {}): Promise<void> {
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
    await this.enter(subject, [{ by, role: 'self' }, ...besides(also)])
    this.ledgerKeyName = to
  }

  /** From here on keys are made for this site; those that are there keep theirs. */
  async addSite(rpId: string, origins: string[], by: Authenticator, over: JsonObject = {}, { also }: Besides = {}): Promise<void> {
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
    await this.enter(subject, [{ by, role: 'self' }, ...besides(also)])
    this.rpId = rpId
    this.origins = origins
    this.sites.push({ rpId, origins })
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
      sites: this.sites,
      recoveries: this.recoveries,
      attestationRoots: [...new Set(this.roots.values())],
      demonstration: false,
      ...over,
    }
  }
}

