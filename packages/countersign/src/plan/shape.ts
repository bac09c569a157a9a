/**
 * The shapes of a plan before and after redaction. `RawPlan` is `terraform show -json` as it came: foreign, holding secrets, never
 * to leave the machine; everything in it is `unknown` until somebody looks. `RedactedPlan` is the only form that is sent, hashed,
 * stored and shown; docs/spec/plan.md says what each member is.
 */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type JsonObject = { [key: string]: Json }

/** A parsed plan whose format version we know. Values beyond a double's precision are already `{"$number": "<lexeme>"}`. */
export type RawPlan = { readonly [key: string]: Json }

/** The version of the rules by which a plan is redacted: `subject.plan.redactor`. */
export const REDACTOR = '1'

export const planActions = ['no-op', 'create', 'read', 'update', 'delete', 'forget'] as const
export type PlanAction = (typeof planActions)[number]

export type RedactedChange = {
  actions: PlanAction[]
  before: Json
  after: Json
  after_unknown: Json
  before_sensitive: Json
  after_sensitive: Json
  replace_paths?: (string | number)[][]
  importing?: { id?: string }
}

export type RedactedResource = {
  address: string
  previous_address?: string
  module_address?: string
  mode: 'managed' | 'data'
  type: string
  name: string
  index?: string | number
  deposed?: string
  provider_name: string
  change: RedactedChange
  action_reason?: string
}

export type RedactedPlan = {
  redactor: string
  format_version: string
  terraform_version: string
  applyable?: boolean
  complete?: boolean
  errored?: boolean
  /** False when the plan carries no sensitivity maps at all (Terraform before 0.15): only names and shapes could be masked. */
  marked: boolean
  resource_changes: RedactedResource[]
  output_changes: { [name: string]: RedactedChange }
  resource_drift: { address: string; type: string; actions: PlanAction[] }[]
  deferred: { address: string; type: string; reason: string }[]
  action_invocations: { address: string; type: string; provider_name: string }[]
  checks: { address: string; kind: string; status: string }[]
  /** Every provisioner of the configuration, whether it will run or not. `program` is what it runs, as far as it is known. */
  provisioners: { address: string; type: string; when: 'create' | 'destroy' | 'unknown'; program: string }[]
  external: { address: string; program: string }[]
  modules: { address: string; source: string; version: string }[]
  providers: { name: string; version: string }[]
}

export type RiskLevel = 'none' | 'low' | 'medium' | 'high' | 'critical'
export type Reason = { code: string; address: string; detail: string }
/** What a client saw before redaction. It names a reason and a resource, and never a value. */
export type Finding = Reason

export type ChangeClass = 'create' | 'update' | 'replace' | 'delete' | 'import' | 'forget' | 'move' | 'read' | 'no-op'

export type Change = {
  address: string
  class: ChangeClass
  /** For a replacement: what happens to the old object, and when. */
  order: 'delete-first' | 'create-first' | 'create-then-forget' | ''
  imported: boolean
  moved: boolean
  /** Rank on the page: smaller is shown earlier. See changes/rank.ts. */
  rank: number
  resource: RedactedResource
}

export type Side = { kind: 'value'; value: Json } | { kind: 'sensitive'; why: string } | { kind: 'unknown' } | { kind: 'absent' }
export type Difference = { path: string; before: Side; after: Side; forcesReplacement: boolean }
