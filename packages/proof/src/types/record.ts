/** What is stored and handed on: directory entries, ledger leaves, evidence bundles, trust files. */
import type { JsonValue } from './json.ts'
import type { Countersignature, TreeHead } from './statement.ts'

/** One entry of the directory; stored and hashed as canonical JSON. `subject` is canonical text. */
export type DirectoryEntry = {
  v: 1
  seq: number
  previous: string
  time: string
  subject: string
  countersignatures: Countersignature[]
}

/** One leaf of the ledger; hashed as canonical JSON. Its details lie beside it, behind a salted commitment. */
export type Leaf = { v: 1; type: string; time: string; ids: Record<string, string>; commitment: string }

export type LeafEvidence = {
  index: number
  /** canonical text of a Leaf */
  leaf: string
  /** 32 bytes, base64url */
  salt: string
  /** canonical text */
  details: string
  /** inclusion proof to the bundle's checkpoint, hex, lowest first */
  proof: string[]
}

export type ConsistencyEvidence = { from: TreeHead; proof: string[] }

export type Outcome = 'none' | 'started' | 'applied' | 'failed' | 'unknown'

export type Evidence = {
  v: 1
  type: 'countersign.evidence'
  instance: string
  /** canonical text */
  subject: string
  countersignatures: Countersignature[]
  /** canonical entries, from genesis on */
  directory: string[]
  ledger: {
    /** signed note */
    checkpoint: string
    leaves: LeafEvidence[]
    /** from each envelope's checkpoint to the bundle's */
    consistency: ConsistencyEvidence[]
  }
  outcome: Outcome
}

/** A WebAuthn relying party: keys belong to its rpId, pages stand on its origins. */
export type Site = { rpId: string; origins: string[] }

/** What a verifier pinned beforehand. Nothing in it is ever taken from a bundle. */
export type TrustFile = {
  v: 1
  type: 'countersign.trust'
  instance: string
  org: string
  /** `entry`: the directory head after entry 0 */
  genesis: { entry: string; person: string; credential: string; publicKey: string }
  /** C2SP vkeys */
  ledgerKeys: string[]
  /** where countersignatures are given, and were, the newest last: which of them held when, the directory says */
  sites: Site[]
  /** directory heads after each recovery by the host that the verifier has accepted */
  recoveries: string[]
  /** digests of the roots to which an attestation has to go back where aal3 is demanded; empty where none is accepted */
  attestationRoots: string[]
  demonstration: boolean
}

/** Details of the leaves that evidence carries. Members that are not named here are ignored. */
export type LeafDetails = {
  'run.created': { run: string; subjectDigest: string }
  'gate.decided': { action: string; subjectDigest: string; decision: string; rule: string; policy: string }
  'gate.countersigned': { challenge: string; subjectDigest: string; countersignatureDigest: string }
  'gate.granted': { grant: string; subjectDigest: string; executor: string; expires: string }
  'gate.redeemed': { grant: string; subjectDigest: string }
  'run.apply-started': { run: string; grant: string; planFile: string }
  'run.outcome': {
    run: string
    result: 'applied' | 'failed' | 'unknown'
    /** the reporter's own words or counts */
    summary: JsonValue
    stateSerial: number
    stateDigest: string
    treeUnchanged: boolean | null
  }
}

export type KnownLeafType = keyof LeafDetails
