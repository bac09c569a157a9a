/**
 * Running terraform or tofu so that what a person countersigned is what runs. Knows nothing of servers.
 *
 * Order:  prepare -> makePlan -> (a person countersigns) -> remeasure -> compare -> applyPlan -> dispose
 *
 * Guaranteed: only arguments and TF_* variables of the allow-lists reach terraform; the plan file lives in a private place, is
 * applied from there once everything measured at plan time has been measured again, and nothing of it is left behind.
 * Not guaranteed: anything against somebody who already runs code as this user *while* terraform runs (they can trace our
 * process); what `unbound` names; files that the configuration reaches outside of its module folders.
 */
export { EngineError } from './error.ts'
export type { EngineErrorCode } from './error.ts'
export type {
  EngineName,
  Environment,
  Measured,
  MeasuredBackend,
  MeasuredEngine,
  MeasuredProvider,
  MeasuredState,
  MeasuredTree,
  MeasuredVariable,
  Origin,
  Scope,
  Streams,
} from './shape.ts'
export { prepare, withStateAccess } from './prepare.ts'
export type { Prepared, PrepareOptions, StateAccess } from './prepare.ts'
export { locationOfAddress } from './measure/backend.ts'
export { makePlan } from './make-plan.ts'
export type { Plan, PlanResult } from './make-plan.ts'
export { compareMeasured, remeasure } from './remeasure.ts'
export type { Change } from './remeasure.ts'
export { configuredBackend } from './measure/configured-backend.ts'
export type { ConfiguredBackend } from './measure/configured-backend.ts'
export { applyPlan } from './apply-plan.ts'
export type { Applied } from './apply-plan.ts'
