/** What this terminal says of its run: measured by the engine, with the digests of the redacted plan that goes along. */
import { createHash } from 'node:crypto'
import type { RunSubject } from '@countersign/proof'
import type { Measured, Plan } from '../../engine/index.ts'
import { planDigestInput, REDACTOR } from '../../plan/index.ts'

export type RunClaims = Pick<
  RunSubject,
  'mode' | 'derivation' | 'plan' | 'state' | 'engine' | 'providers' | 'tree' | 'arguments' | 'variables' | 'commit' | 'dirty' | 'unbound'
> & { workspace: Pick<RunSubject['workspace'], 'name' | 'backend'> }

/** Silence of the server while it reads a plan, ms: a large one waits for others, and takes some seconds. */
export const READING = 120_000

/** The most names that a statement carries; what is beyond is named as a number. */
const MOST_UNBOUND = 100

export function claimsOf(plan: Plan, workspace: string, redacted: string): RunClaims {
  const { planFile, backend, unbound, ...measured } = plan.measured
  return {
    mode: 'wrapped',
    derivation: 'client-claimed',
    workspace: { name: workspace, backend },
    plan: { file: planFile, json: createHash('sha256').update(planDigestInput(redacted)).digest('hex'), redactor: REDACTOR },
    ...measured,
    unbound: unbound.length <= MOST_UNBOUND ? unbound : [...unbound.slice(0, MOST_UNBOUND), `and ${unbound.length - MOST_UNBOUND} more`],
    commit: plan.origin.commit,
    dirty: plan.origin.dirty,
  }
}

/** What apply-start compares with the statement. */
export function measuredForStart(measured: Measured): Omit<Measured, 'unbound'> {
  const { planFile, state, engine, providers, tree, arguments: given, variables, backend } = measured
  return { planFile, state, engine, providers, tree, arguments: given, variables, backend }
}
