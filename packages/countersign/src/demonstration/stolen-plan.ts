/** A plan that a thief makes up: well formed, destroying the database, claimed for the workspace that is attacked. */
import { createHash, randomBytes } from 'node:crypto'
import type { Claims } from './main-run.ts'

const hex = (): string => randomBytes(32).toString('hex')

export function stolenPlan(workspace: string): { claims: Claims; plan: string } {
  const plan = JSON.stringify({
    redactor: '1', format_version: '1.2', terraform_version: '1.11.4', applyable: true, complete: true, errored: false, marked: true,
    resource_changes: [{
      address: 'terraform_data.database', mode: 'managed', type: 'terraform_data', name: 'database', provider_name: 'terraform.io/builtin/terraform',
      change: { actions: ['delete'], before: { input: 'everything you have' }, after: null, after_unknown: {}, before_sensitive: {}, after_sensitive: {} },
    }],
    output_changes: {}, resource_drift: [], deferred: [], action_invocations: [], checks: [], provisioners: [], external: [], modules: [], providers: [],
  })
  const claims: Claims = {
    mode: 'wrapped', derivation: 'client-claimed',
    workspace: { name: workspace, backend: { type: 'local', cliWorkspace: 'default', location: hex() } },
    plan: { file: hex(), json: createHash('sha256').update(plan).digest('hex'), redactor: '1' },
    state: { lineage: '', serial: 0, digest: hex() }, engine: { name: 'terraform', version: '1.11.4', binary: hex() }, providers: [],
    tree: { digest: hex(), files: 1, bytes: 1, bound: true }, arguments: [], variables: [], commit: '', dirty: false, unbound: [],
  }
  return { claims, plan }
}
