/** A directory while it is replayed. Nobody outside this folder holds one that is half changed. */
import { emptyHead } from '../digest.ts'
import type { Directory, DirectoryKey, LedgerKeySpan, RelyingPartySpan, RoleSpan } from '../types/directory.ts'
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
  taken: new Set(directory.taken),
  nonces: new Set(directory.nonces),
  roles: [...directory.roles],
  ledgerKeys: [...directory.ledgerKeys],
  relyingParties: [...directory.relyingParties],
})

export const headOf = (directory: Directory): string => directory.heads[directory.size] ?? emptyHead
