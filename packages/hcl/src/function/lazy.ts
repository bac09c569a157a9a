/** `try` and `can`: the evaluator itself carries them out, since they get expressions and not values. */
import { any, bool } from '../value/type.ts'
import { dynamic } from '../value/value.ts'
import type { FunctionSpec } from './spec.ts'

export const lazy: readonly FunctionSpec[] = [
  { name: 'try', params: [], rest: { name: 'expressions', type: any }, returns: any, run: () => dynamic },
  { name: 'can', params: [{ name: 'expression', type: any }], returns: bool, run: () => dynamic },
]
