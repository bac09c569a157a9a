/** A directory while it is replayed. Nobody outside this folder holds one that is half changed. */
import { emptyHead } from '../digest.ts'
import type { Directory, DirectoryKey, LedgerKeySpan, Link, RecoverySpan, RelyingPartySpan, RoleSpan, TotpAuthenticator } from '../types/directory.ts'
import type { NamedPerson } from '../types/subject.ts'

export type Draft = {
  instance: string
  org: string
  size: number
  heads: string[]
  times: number[]
  policy: string
  people: Map<string, NamedPerson>
  keys: Map<string, DirectoryKey>
  totps: Map<string, TotpAuthenticator>
  gone: Map<string, number>
  recoveries: RecoverySpan[]
  links: Link[]
  hostRecoveries: number[]
  taken: Set<string>
  nonces: Set<string>
  roles: RoleSpan[]
  ledgerKeys: LedgerKeySpan[]
  relyingParties: RelyingPartySpan[]
}

export const emptyDraft = (): Draft => ({
  instance: '',
  org: '',
  size: 0,
  heads: [emptyHead],
  times: [],
  policy: '',
  people: new Map(),
  keys: new Map(),
  totps: new Map(),
  gone: new Map(),
  recoveries: [],
  links: [],
  hostRecoveries: [],
  taken: new Set(),
  nonces: new Set(),
  roles: [],
  ledgerKeys: [],
  relyingParties: [],
})

export const draftOf = (directory: Directory): Draft => ({
  ...directory,
  heads: [...directory.heads],
  times: [...directory.times],
  people: new Map(directory.people),
  keys: new Map(directory.keys),
  totps: new Map(directory.totps),
  gone: new Map(directory.gone),
  recoveries: [...directory.recoveries],
  links: [...directory.links],
  hostRecoveries: [...directory.hostRecoveries],
  taken: new Set(directory.taken),
  nonces: new Set(directory.nonces),
  roles: [...directory.roles],
  ledgerKeys: [...directory.ledgerKeys],
  relyingParties: [...directory.relyingParties],
})

export const headOf = (directory: Directory): string => directory.heads[directory.size] ?? emptyHead
