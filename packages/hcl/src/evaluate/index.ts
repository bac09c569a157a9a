/**
 * Values of a configuration: expressions, functions, modules. An entry of its own, `@countersign/hcl/evaluate`, because reading configurations
 * needs none of it.
 *
 * - {@link evaluateExpression}: one expression in a scope of the caller's making.
 * - {@link evaluateForConsole}: the same, printed as `terraform console` prints it.
 * - {@link evaluateModule}: a loaded module with everything below it, evaluated as it is asked for.
 */
export { type Evaluated, evaluateExpression, evaluateForConsole } from './evaluate.ts'
export { evaluateModule, keyText, ModuleInstance, type ModuleOptions, type ResourceInstance } from './module.ts'
export type { EvaluatedArgument, EvaluatedBlock, EvaluatedBody } from './body.ts'
export type { InstanceKey } from './expansion.ts'
export { moduleInputs } from './input.ts'
export type { Given } from './variable.ts'
export { type Resolved, type Scope, variableScope } from './scope.ts'
export { findCycles } from './cycle.ts'
export { freeNames } from './references.ts'
export { functions } from '../function/index.ts'
export type { FunctionSpec, Parameter } from '../function/spec.ts'
export { display, displayType } from '../value/display.ts'
export { type Placeholder, type Plain, toPlain } from '../value/plain.ts'
export type { AnyType, CollectionType, ObjectType, PrimitiveType, TupleType, Type } from '../value/type.ts'
export { convert, convertible } from '../value/convert.ts'
export { ValueError } from '../value/error.ts'
export { type Num, numberText, parseNumber, toDouble } from '../value/number.ts'
export { set } from '../value/set.ts'
export {
  type Data, deepMarks, dynamic, elementsOf, ephemeralMark, inside, isKnown, isNull, isWhollyKnown, list, map, type Marks, membersOf, nothing, num, object, type Refinement, sensitiveMark, text, textOf, truth, tuple, unknown, Unknown,
  unmarkDeep, type Value, withMarks,
} from '../value/value.ts'
