/** What may be asked of the state door over `/api/v1/state`: strict, and bounded. */
import { isStateWorkspace } from '@countersign/proof'
import { z } from 'zod'

/** What takes a statement, and the credential of a run, which takes its lease. What is asked over the wire alone is not here. */
export const requestActions = [
  'state.credential', 'state.run-credential', 'state.read', 'state.read-redacted', 'state.read-outputs', 'state.import',
  'state.rollback', 'state.delete', 'state.restore', 'state.accept', 'state.discard', 'state.force-unlock',
] as const
export type RequestAction = (typeof requestActions)[number]

export const workspaceName = z.string().max(1100).refine(isStateWorkspace, 'a workspace is project/name; see the guide for what a name may hold')
export const requestId = z.string().regex(/^sta_[0-9a-f]{32}$/, 'the id of a request')
export const credentialId = z.string().regex(/^stc_[0-9a-f]{32}$/, 'the id of a state credential')
const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER)

export const asked = z.strictObject({
  action: z.enum(requestActions),
  workspace: workspaceName,
  /** Which version it is about. */
  version: z.int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
  /** Deleting or restoring: the whole state. */
  whole: z.boolean().default(false),
  phase: z.enum(['plan', 'apply']).optional(),
  tier: z.enum(['outputs', 'redacted', 'full']).default('full'),
  /** Seconds that a credential lives at most. */
  lasts: z.int().min(60).max(12 * 3600).optional(),
  /** A run's credential: the run and its lease. */
  run: z.string().regex(/^run_[0-9a-f]{32}$/, 'the id of a run').optional(),
  lease: z.string().max(128).optional(),
  /** Importing: of the body that follows. */
  digest: z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 digest in hex').optional(),
  lineage: z.string().max(256).optional(),
  serial: count.optional(),
  size: count.optional(),
  /** Importing: although another lineage, or a serial that is not lower, is current. The statement names both. */
  replace: z.boolean().default(false),
  purpose: z.string().max(200).default(''),
})
export type Asked = z.infer<typeof asked>
