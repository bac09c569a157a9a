/** The value of an input variable: given or default, with optional attributes filled in, converted, checked, marked. */
import { convert } from '../value/convert.ts'
import { any, bool, string, type Type } from '../value/type.ts'
import { deepMarks, ephemeralMark, isKnown, isTrue, sensitiveMark, textOf, unknown, unknownNotNull, type Value, withMarks } from '../value/value.ts'
import type { Diagnostic } from '../syntax/diagnostics.ts'
import type { Source } from '../syntax/source.ts'
import type { Expression, Span } from '../syntax/tree.ts'
import { contentsOf, type Declaration } from '../load/declaration.ts'
import { attempt } from './context.ts'
import { problem } from './finding.ts'
import { applyDefaults, type Constraint, constraintOf } from './type-expression.ts'

/** What a variable declares, read once for all instances of its module. */
export type VariableShape = { readonly constraint: Constraint; readonly nullable: boolean; readonly marks: number; readonly fallback: Value | null }

/** A value from outside, and where it stands. */
export type Given = { readonly value: Value; readonly source: Source | null; readonly span: Span }

export type EvaluateConstant = (node: Expression, source: Source) => Value

const flag = (declaration: Declaration, name: string, otherwise: boolean): boolean => {
  const node = declaration.arguments.get(name)?.attribute.value
  return node?.kind === 'bool' ? node.value : otherwise
}

export function shapeOf(declaration: Declaration, constant: EvaluateConstant, diagnostics: Diagnostic[]): VariableShape {
  const typeArgument = declaration.arguments.get('type')
  const constraint = typeArgument === undefined ? { type: any, defaults: null } : constraintOf(typeArgument.attribute.value, typeArgument.source, diagnostics, (node) => constant(node, typeArgument.source))
  const nullable = flag(declaration, 'nullable', true)
  const marks = (flag(declaration, 'sensitive', false) ? sensitiveMark : 0) | (flag(declaration, 'ephemeral', false) ? ephemeralMark : 0)
  const given = declaration.arguments.get('default')
  if (given === undefined) return { constraint, nullable, marks, fallback: null }
  const converted = fit(constant(given.attribute.value, given.source), constraint)
  if (typeof converted !== 'string') return { constraint, nullable, marks, fallback: converted }
  diagnostics.push(problem(given.source, given.attribute.value, 'Invalid default value for variable', `This default value is not compatible with the variable's type constraint: ${converted}.`))
  return { constraint, nullable, marks, fallback: unknown(constraint.type) }
}

const fit = (value: Value, { type, defaults }: Constraint): Value | string => attempt(() => convert(applyDefaults(value, type, defaults), type))

/** The value as expressions see it. Without one, and without a default, it is unknown. */
export function variableValue(declaration: Declaration, shape: VariableShape, given: Given | undefined, summary: string, diagnostics: Diagnostic[]): Value {
  const type: Type = shape.constraint.type
  const missing = (): Value => shape.fallback ?? (shape.nullable ? unknown(type) : unknownNotNull(type))
  if (given === undefined) return withMarks(missing(), shape.marks)
  const converted = fit(given.value, shape.constraint)
  if (typeof converted === 'string') {
    diagnostics.push(problem(given.source, given.span, summary, `The given value is not suitable for var.${declaration.labels[0]} declared at ${place(declaration)}: ${converted}.`))
    return withMarks(unknown(type), shape.marks)
  }
  if (converted.data === null && !shape.nullable) {
    if (shape.fallback !== null) return withMarks(shape.fallback, shape.marks)
    diagnostics.push(problem(given.source, given.span, summary, `The given value is not suitable for var.${declaration.labels[0]} declared at ${place(declaration)}: required variable may not be set to null.`))
    return withMarks(unknownNotNull(type), shape.marks)
  }
  return withMarks(converted, shape.marks)
}

function place({ source, block }: Declaration): string {
  const { start, end } = source.range({ start: block.start, end: block.labels.at(-1)?.end ?? block.typeEnd })
  return `${source.name}:${start.line},${start.column}-${end.column}`
}

/** Evaluates the conditions of `validation` blocks; what depends on something unknown is not said to be wrong. */
export function validate(declaration: Declaration, evaluate: (node: Expression, source: Source) => Value, at: { readonly source: Source | null; readonly span: Span }, diagnostics: Diagnostic[]): void {
  for (const block of declaration.blocks) {
    if (block.type !== 'validation') continue
    const { arguments: set } = contentsOf(block.block.body, block.source, 'validation', [])
    const condition = set.get('condition')
    const message = set.get('error_message')
    if (condition === undefined) continue
    const value = evaluate(condition.attribute.value, condition.source)
    if (!isKnown(value)) continue
    const result = value.data === null ? 'null' : attempt(() => convert(value, bool))
    if (typeof result === 'string') {
      const detail = result === 'null' ? 'Validation condition expression must return either true or false, not null.' : `Invalid validation condition result value: ${result}.`
      diagnostics.push(problem(condition.source, condition.attribute.value, 'Invalid variable validation result', detail))
    } else if (!isTrue(result)) {
      const said = message === undefined ? '' : messageText(evaluate(message.attribute.value, message.source))
      const { line, column } = block.source.position(block.block.start)
      diagnostics.push(problem(at.source, at.span, 'Invalid value for variable', `${said}\n\nThis was checked by the validation rule at ${block.source.name}:${line},${column}.`))
    }
  }
}

function messageText(value: Value): string {
  if ((deepMarks(value) & sensitiveMark) !== 0) return 'The error message included a sensitive value, so it will not be displayed.'
  const converted = attempt(() => convert(value, string))
  return typeof converted === 'string' || !isKnown(converted) || converted.data === null ? '' : textOf(converted)
}
