/** A run as a client would ask for it, without terraform: for tests of what the server decides. */
import { createHash, randomBytes } from 'node:crypto'
import type { RawTerminal } from '../../src/demonstration/raw-terminal.ts'
import type { SoftwarePerson } from '../../src/demonstration/software-person.ts'

export const sha256 = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex')
const some = (): string => randomBytes(32).toString('hex')

export type Claims = ReturnType<typeof claimsOf>
export type RunBody = { workspace: string; scope: 'apply' | 'destroy'; claims: Claims; plan: string; findings: unknown[] }

export function redactedPlan(actions: string[] = ['delete']): string {
  const value = { input: 'x' }
  return JSON.stringify({
    redactor: '1', format_version: '1.2', terraform_version: '1.11.4', applyable: true, complete: true, errored: false, marked: true,
    resource_changes: [{
      address: 'terraform_data.database', mode: 'managed', type: 'terraform_data', name: 'database', provider_name: 'terraform.io/builtin/terraform',
      change: {
        actions, before: actions.includes('create') && actions.length === 1 ? null : value, after: actions.includes('delete') && actions.length === 1 ? null : { input: 'y' },
        after_unknown: {}, before_sensitive: {}, after_sensitive: {},
      },
    }],
    output_changes: {}, resource_drift: [], deferred: [], action_invocations: [], checks: [], provisioners: [], external: [], modules: [], providers: [],
  })
}

export function claimsOf(plan: string, workspace: string) {
  return {
    mode: 'wrapped', derivation: 'client-claimed',
    workspace: { name: workspace, backend: { type: 'local', cliWorkspace: 'default', location: sha256(`location of ${workspace}`) } },
    plan: { file: some(), json: sha256(plan), redactor: '1' },
    state: { lineage: '', serial: 0, digest: some() },
    engine: { name: 'terraform', version: '1.11.4', binary: some() },
    providers: [{ address: 'registry.terraform.io/hashicorp/null', version: '3.2.1', digest: some() }],
    tree: { digest: some(), files: 3, bytes: 1234, bound: true },
    arguments: ['-parallelism=4'], variables: [{ name: 'TF_VAR_region', digest: some() }],
    commit: '', dirty: false, unbound: ['PATH'],
  }
}

export function runBody(over: { workspace?: string; actions?: string[]; scope?: 'apply' | 'destroy'; claims?: Partial<Claims> } = {}): RunBody {
  const workspace = over.workspace ?? 'payments/billing-prod'
  const plan = redactedPlan(over.actions)
  return { workspace, scope: over.scope ?? 'apply', claims: { ...claimsOf(plan, workspace), ...over.claims }, plan, findings: [] }
}

export type View = { id: string; code: string; status: string; version: number; grant: { id: string; expiresAt: string } | null; subject: string; subjectDigest: string; reasons: { code: string }[]; risk: { level: string; reasons: { code: string }[] }; environment: string; decision: string }

export async function ask(terminal: RawTerminal, body: RunBody): Promise<View> {
  return (await terminal.must('POST', '/api/v1/runs', body)) as View
}

export async function show(terminal: RawTerminal, id: string): Promise<View> {
  return (await terminal.must('GET', `/api/v1/runs/${id}`)) as View
}

export function measuredOf({ claims }: RunBody) {
  return {
    planFile: claims.plan.file, state: claims.state, tree: claims.tree, engine: claims.engine, providers: claims.providers,
    arguments: claims.arguments, variables: claims.variables, backend: claims.workspace.backend,
  }
}

export type StartBody = { grant: string; measured: ReturnType<typeof measuredOf> }

/** Asked, countersigned, and about to start: the twin of every refusal. */
export async function countersigned(person: SoftwarePerson, terminal: RawTerminal, body: RunBody = runBody()): Promise<{ body: RunBody; run: View; start: StartBody }> {
  const asked = await ask(terminal, body)
  await person.countersign(asked.code)
  const run = await show(terminal, asked.id)
  return { body, run, start: { grant: run.grant?.id ?? '', measured: measuredOf(body) } }
}

export async function apply(terminal: RawTerminal, run: string, start: StartBody, state = { lineage: 'lineage-1', serial: 1, digest: some() }): Promise<{ lease: string }> {
  const { lease } = (await terminal.must('POST', `/api/v1/runs/${run}/apply-start`, start)) as { lease: string }
  await terminal.must('POST', `/api/v1/runs/${run}/outcome`, { lease, result: 'applied', summary: '1 destroyed', state, treeUnchanged: true })
  return { lease }
}
