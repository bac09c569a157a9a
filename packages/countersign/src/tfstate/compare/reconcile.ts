import type { AddressDiff, Planned, PlannedAction, Reconciliation } from '../shape.ts'

export type ReconcileOptions = {
  /** Addresses of the plan's `resource_drift`: shown to the person, though nothing was planned for them. */
  drift?: readonly string[]
  /** The apply failed or was interrupted: what was planned may be missing. What was not planned may not be there all the same. */
  partial?: boolean
}

export function reconcile(_planned: readonly Planned[], _diff: AddressDiff, _outputsPlanned: readonly string[], _options: ReconcileOptions = {}): Reconciliation {
  const _action: PlannedAction | undefined = undefined
  throw new Error('not written yet')
}
