/**
 * What is measured of one terraform run. These are the members of a run's statement that only the machine which runs terraform
 * can know; `RunSubject` of @countersign/proof has the same shapes.
 */
export type EngineName = 'terraform' | 'tofu'
export type Scope = 'apply' | 'destroy'
/** A process environment, taken once at the start and never read again: nobody can change it between plan and apply. */
export type Environment = Readonly<Record<string, string | undefined>>

export type MeasuredState = { lineage: string; serial: number; digest: string }
export type MeasuredEngine = { name: EngineName; version: string; binary: string }
export type MeasuredProvider = { address: string; version: string; digest: string }
export type MeasuredTree = { digest: string; files: number; bytes: number; bound: boolean }
export type MeasuredVariable = { name: string; digest: string }
export type MeasuredBackend = { type: string; cliWorkspace: string; location: string }

export type Measured = {
  /** SHA-256 of the plan file. */
  planFile: string
  /** Of `tfstate` inside the plan file; lineage "" and serial 0 before the first apply. */
  state: MeasuredState
  engine: MeasuredEngine
  providers: MeasuredProvider[]
  tree: MeasuredTree
  /** Of `apply`; arguments of `plan` live on in the plan file. */
  arguments: string[]
  variables: MeasuredVariable[]
  backend: MeasuredBackend
  /** By name, what is not bound. Sorted. */
  unbound: string[]
}

/** Of git; both are claims for the reader, and nothing rests on them: the tree digest binds. */
export type Origin = { commit: string; dirty: boolean }

/** Where terraform's own words go, byte for byte. */
export type Streams = {
  output: (chunk: Uint8Array) => void
  errors: (chunk: Uint8Array) => void
  colour: boolean
}
