/** The check before apply: everything is measured once more, and compared with what was countersigned. Any difference is a refusal. */
import { measure } from './measure/measure.ts'
import type { Plan } from './make-plan.ts'
import type { Measured } from './shape.ts'

export type ChangeCode = 'plan_mismatch' | 'engine_changed' | 'tree_changed' | 'arguments_changed' | 'backend_mismatch'

export type Change = { readonly code: ChangeCode; /** What differs, for a person; no values. */ readonly what: string }

/** Throws EngineError as `makePlan` does. */
export async function remeasure(plan: Plan): Promise<Measured> {
  return (await measure(plan.prepared, plan.file)).measured
}

const members: readonly (readonly [keyof Measured, ChangeCode, string])[] = [
  ['planFile', 'plan_mismatch', 'the plan file'],
  ['state', 'plan_mismatch', 'the state inside the plan file'],
  ['engine', 'engine_changed', 'the terraform program'],
  ['providers', 'engine_changed', 'a provider'],
  ['tree', 'tree_changed', 'a file of the configuration, its modules or its scripts'],
  ['arguments', 'arguments_changed', 'the arguments of apply'],
  ['variables', 'arguments_changed', 'a TF_ variable'],
  ['backend', 'backend_mismatch', 'where the state is'],
  ['unbound', 'engine_changed', 'what steers terraform without being bound'],
]

/** Empty when nothing differs. In the order of `members`. */
export function compareMeasured(before: Measured, after: Measured): Change[] {
  return members
    .filter(([member]) => JSON.stringify(before[member]) !== JSON.stringify(after[member]))
    .map(([, code, what]) => ({ code, what }))
}
