/** What a terminal sends to ask for a run, and what is made of it. */
import type { RunSubject } from '@countersign/proof'
import { z } from 'zod'
import { PlanError } from '../../plan/index.ts'
import type { PlanErrorCode } from '../../plan/index.ts'
import { runClaims, workspaceName } from './claims.ts'
import type { RunClaims } from './claims.ts'
import { RunError } from './errors.ts'
import type { RunErrorCode } from './errors.ts'

/** A redacted plan of 10,000 resources is about 8 MB; what is larger than this is no plan that a person could countersign. */
export const LARGEST_REQUEST = 96 * 1024 * 1024

export const newRun = z.strictObject({
  workspace: workspaceName,
  scope: z.enum(['apply', 'destroy']),
  claims: runClaims,
  plan: z.string(),
  findings: z.array(z.unknown()).max(1000).default([]),
  dryRun: z.boolean().default(false),
}).refine((run) => run.workspace === run.claims.workspace.name, { message: 'the workspace is named twice, and differently' })
export type NewRun = z.infer<typeof newRun>

/** The plan as it was judged. `packed`: its text, gzip; null where it is not to be kept. */
export type ReadPlan = Pick<RunSubject, 'summary' | 'risk'> & { packed: Uint8Array | null }

/** Small, whatever the size of the plan. Whoever is admitted is told why a plan is refused, and nobody else. */
export type Asked = { workspace: string; scope: 'apply' | 'destroy'; claims: RunClaims; plan: ReadPlan | Refused }

/** Why, in a form that goes from one thread to another. */
export type Refused = { refused: 'plan'; code: PlanErrorCode; message: string } | { refused: 'run'; code: RunErrorCode; message: string; next: string }

export function refusalOf(refused: Refused): PlanError | RunError {
  return refused.refused === 'plan' ? new PlanError(refused.code, refused.message) : new RunError(refused.code, refused.message, refused.next)
}
