/**
 * What is told of a state. No member of any of these holds a value of the state, except addresses, names of outputs and paths of
 * attributes, from which every value known to be sensitive is masked.
 */
export type InstanceFact = {
  /** With module path, index key and ` (deposed KEY)`; a sensitive value in a quoted key is masked. Terraform's own spelling. */
  address: string
  /** Of what the instance is: its provider, attributes and status. Equal for equal content, however it is spelled. See read/digest.ts. */
  digest: string
}

export type OutputFact = { name: string; sensitive: boolean; digest: string }

/** How a secret was found: by the type of its resource, by its attribute's name, by its shape, by randomness, by Terraform's own mark. */
export type SecretWhy = 'type' | 'name' | 'pattern' | 'entropy' | 'sensitive'

export type SecretFinding = {
  /** Of the instance, or `output.NAME`. */
  address: string
  /** Of the attribute: `master_password`, `data["tls.key"]`, `env[0].value`. Empty for an output. */
  path: string
  why: SecretWhy
  /** What it is, in words: `private key`, `database password`. */
  kind: string
  /** What to use instead, as a sentence. */
  advice: string
}

export type StateFacts = {
  /** A body encrypted by OpenTofu: serial and lineage are known, everything else is empty. */
  opaque: boolean
  /** The format: 4; 0 when opaque. */
  version: number
  lineage: string
  serial: number
  terraformVersion: string
  /** Resource blocks, data sources included. */
  resources: number
  /** Sorted by address. */
  instances: InstanceFact[]
  /** Sorted by name. */
  outputs: OutputFact[]
  /** Provider addresses named by resources, sorted: `registry.terraform.io/hashicorp/aws`. */
  providers: string[]
  /** At most `maxFindings`. */
  secrets: SecretFinding[]
  /** Findings beyond those. */
  secretsOmitted: number
}

/** What is known of a state before what it holds is read: enough to decide whether it may become current. */
export type StateHead = Pick<StateFacts, 'opaque' | 'lineage' | 'serial' | 'resources'> & { /** How many. */ instances: number; outputs: number }

export type ReadOptions = {
  /**
   * 32 bytes that only the server knows, always the same ones for one workspace. With it digests are HMACs and may be stored in clear.
   * Without it they are plain SHA-256, and a short secret can be guessed from the digest of its output: then they are as secret as the state.
   */
  key?: Uint8Array
}

export type NameDiff = { added: string[]; changed: string[]; removed: string[] }
/** Addresses, sorted. */
export type AddressDiff = NameDiff & {
  outputs: NameDiff
  /** One of the two is encrypted by its client: nothing was compared, and the lists are empty. */
  opaque: boolean
}

export type PlannedAction = 'create' | 'update' | 'replace' | 'delete' | 'forget' | 'import' | 'move' | 'read' | 'no-op'
/** `deposed`: the key of the object that is meant, where it is not the current one of its address. */
export type Planned = { address: string; action: PlannedAction; previousAddress?: string; deposed?: string }

export type Reconciliation = {
  /** False when one state is opaque: then nothing is known, and `agrees` is false. */
  judged: boolean
  agrees: boolean
  /** Happened without having been countersigned. Outputs as `output.NAME`. */
  unexpected: { address: string; change: 'added' | 'changed' | 'removed' }[]
  /** Countersigned, and not seen in the state. */
  missing: { address: string; planned: PlannedAction }[]
}
