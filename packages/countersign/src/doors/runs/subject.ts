/** The statement of a run: what the client measured, what the server knows, and what both computed from the redacted plan. */
import type { PolicyRef, RunSubject } from '@countersign/proof'
import type { RunClaims } from './claims.ts'

export type RunFacts = {
  instance: string
  org: string
  run: string
  requester: string
  executor: string
  scope: 'apply' | 'destroy'
  environment: string
  enforcement: RunSubject['workspace']['enforcement']
  summary: RunSubject['summary']
  risk: RunSubject['risk']
}

export function runSubject(claims: RunClaims, facts: RunFacts, policy: PolicyRef): RunSubject {
  return {
    v: 1, kind: 'run', instance: facts.instance, org: facts.org, action: 'run.apply', scope: facts.scope,
    mode: claims.mode, derivation: claims.derivation, run: facts.run, requester: facts.requester, executor: facts.executor,
    workspace: { name: claims.workspace.name, environment: facts.environment, enforcement: facts.enforcement, backend: claims.workspace.backend },
    plan: claims.plan, state: claims.state, engine: claims.engine, providers: claims.providers, tree: claims.tree,
    arguments: claims.arguments, variables: claims.variables, commit: claims.commit, dirty: claims.dirty,
    summary: facts.summary, risk: facts.risk, unbound: claims.unbound, policy,
  }
}
