/**
 * Applies exactly the plan file that was measured, from its private place, with the frozen arguments and environment.
 *
 * Directly before the start the plan file and the program are looked at once more: between `remeasure` and here lies a request to
 * the server. The tree is measured again afterwards: terraform reads scripts and templates while it runs, and what an edit in
 * that time did cannot be prevented, only reported.
 */
import { createHash } from 'node:crypto'
import { hashRunnable } from './binary/identity.ts'
import { EngineError } from './error.ts'
import type { Plan } from './make-plan.ts'
import { measureTree } from './measure/tree.ts'
import { run } from './run/child.ts'
import { readStateAfter } from './run/state-after.ts'
import type { MeasuredState, Streams } from './shape.ts'

export type Applied = {
  readonly result: 'applied' | 'failed'
  readonly code: number
  readonly interrupted: boolean
  /** Undefined when the state could not be read afterwards. */
  readonly state: MeasuredState | undefined
  readonly treeUnchanged: boolean
}

export type StateAfter = (plan: Plan) => Promise<MeasuredState | undefined>

/**
 * `stateAfter`: who keeps the state says what it is afterwards; otherwise it is read. Throws EngineError `apply_not_started` (nothing was
 * changed). What terraform then does is an answer, not an error.
 */
export async function applyPlan(plan: Plan, streams: Streams, signal?: AbortSignal, stateAfter: StateAfter = readStateAfter): Promise<Applied> {
  const { frozen, program, data } = plan.prepared
  await checkAgain(plan)
  if (signal?.aborted) throw new EngineError('cancelled', 'Interrupted before the apply began. Nothing was changed.')
  const command = { file: program, directory: frozen.directory, environment: frozen.childEnvironment, ...(signal ? { signal } : {}) }
  const ended = await run({ ...command, arguments: ['apply', ...frozen.applyArguments, plan.file.path] }, streams)
  const [state, { tree }] = await Promise.all([
    stateAfter(plan),
    measureTree({ directory: frozen.directory, data, ownState: plan.stateFile }).catch(() => ({ tree: undefined })),
  ])
  return {
    result: ended.code === 0 ? 'applied' : 'failed',
    code: ended.code,
    interrupted: signal?.aborted === true,
    state,
    treeUnchanged: JSON.stringify(tree) === JSON.stringify(plan.measured.tree),
  }
}

async function checkAgain(plan: Plan): Promise<void> {
  const digest = createHash('sha256').update(plan.file.read()).digest('hex')
  const binary = await hashRunnable(plan.prepared.program).catch(() => undefined)
  if (digest === plan.measured.planFile && binary?.digest === plan.measured.engine.binary) return
  const what = digest === plan.measured.planFile ? 'The terraform program' : 'The plan file'
  throw new EngineError('apply_not_started', `${what} changed in the moment before the apply. Nothing was changed. Find out what changed it, then run countersign apply again.`)
}
