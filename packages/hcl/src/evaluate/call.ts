/** Function calls (hclsyntax/spec.md, "Functions and Function Calls"). */
import { functions as allFunctions } from '../function/index.ts'
import { call, type FunctionSpec, type Parameter } from '../function/spec.ts'
import { convert } from '../value/convert.ts'
import { ArgumentError, ValueError } from '../value/error.ts'
import { quoteGo } from '../value/quote.ts'
import { any, bool } from '../value/type.ts'
import { dynamic, elementsOf, isKnown, isWhollyKnown, no, truth, unknown, type Value, withMarks } from '../value/value.ts'
import type { Diagnostic } from '../syntax/diagnostics.ts'
import type { Call, Expression, Span } from '../syntax/tree.ts'
import { type Context, errors, report } from './context.ts'
import { similar } from './similar.ts'

type Evaluate = (node: Expression, context?: Context) => Value
type Argument = { readonly span: Span; readonly value: () => Value }

export function callFunction(node: Call, evaluate: Evaluate, context: Context): Value {
  // a provider's own functions run in the provider, which is not here: what they give is not known
  if (node.name.startsWith('provider::')) {
    for (const arg of node.args) evaluate(arg)
    return dynamic
  }
  const functions = context.scope.functions ?? allFunctions
  const spec = functions.get(node.name)
  if (spec === undefined) return unknownFunction(node, functions, context)
  if (spec.name === 'try' || spec.name === 'can') return lazily(node, spec, evaluate, context)
  if (spec.name === 'templatestring' && node.args[0] !== undefined && !isReference(node.args[0])) {
    const inline = node.args[0].kind === 'template' || node.args[0].kind === 'string'
    const detail = inline ? 'templatestring is only for rendering templates retrieved dynamically from elsewhere; to render an inline template, consider using a plain template string expression' : 'must be a direct reference to a single string from elsewhere, containing valid Terraform template syntax'
    return report(context, node.args[0], 'Invalid function argument', `Invalid value for "template" parameter: invalid template expression: ${detail}.`)
  }
  const before = errors(context)
  const args = argumentsOf(node, evaluate, context)
  if (args === undefined) return dynamic
  if (!countFits(node, spec, args, context)) return dynamic
  // one after the other is evaluated and converted, so that what is wrong is said in the order in which it stands
  const values = args.map(({ value, span }, i) => converted(value(), spec.params[i] ?? spec.rest, span, context))
  if (errors(context) > before) return dynamic
  return run(node, spec, args, values, context)
}

function isReference(node: Expression): boolean {
  return node.kind === 'traversal' || (node.kind === 'parentheses' && isReference(node.value)) || ((node.kind === 'index' || node.kind === 'relative') && isReference(node.from))
}

function unknownFunction(node: Call, functions: ReadonlyMap<string, FunctionSpec>, context: Context): Value {
  const span = { start: node.start, end: node.nameEnd }
  const [namespace, ...inner] = node.name.split('::')
  if (inner.length > 0) return report(context, span, 'Unknown provider function', `The function namespace ${quoteGo(namespace ?? '')} is not valid. Provider function calls must use the "provider::" namespace prefix.`)
  const hint = similar(node.name, functions.keys())
  return report(context, span, 'Call to unknown function', `There is no function named ${quoteGo(node.name)}.${hint === undefined ? '' : ` Did you mean ${quoteGo(hint)}?`}`)
}

/** With `...`, the elements of the last argument are arguments of their own, each with the marks of the whole. */
function argumentsOf(node: Call, evaluate: Evaluate, context: Context): readonly Argument[] | undefined {
  const last = node.args.at(-1)
  if (!node.expand || last === undefined) return node.args.map((span) => ({ span, value: () => evaluate(span) }))
  const before = errors(context)
  const spread = evaluate(last)
  if (errors(context) > before) return undefined
  const wrong = (detail: string): undefined => {
    report(context, last, 'Invalid expanding argument value', `The expanding argument (indicated by ...) must ${detail}.`)
    return undefined
  }
  const { kind } = spread.type
  if (kind !== 'any' && kind !== 'tuple' && kind !== 'list' && kind !== 'set') return wrong('be of a tuple, list, or set type')
  if (spread.data === null) return wrong('not be null')
  if (!isKnown(spread)) return undefined
  const first = node.args.slice(0, -1).map((span) => ({ span, value: () => evaluate(span) }))
  return [...first, ...elementsOf(spread).map((value) => ({ span: last, value: () => withMarks(value, spread.marks) }))]
}

function countFits(node: Call, spec: FunctionSpec, args: readonly Argument[], context: Context): boolean {
  const wanted = spec.params.length
  const missing = spec.params[args.length]
  if (missing !== undefined) {
    const least = spec.rest === undefined ? '' : ' at least'
    report(context, node, 'Not enough function arguments', `Function ${quoteGo(node.name)} expects${least} ${wanted} argument(s). Missing value for ${quoteGo(missing.name)}.`)
    return false
  }
  const extra = args[wanted]
  if (spec.rest !== undefined || extra === undefined) return true
  report(context, extra.span, 'Too many function arguments', `Function ${quoteGo(node.name)} expects only ${wanted} argument(s).`)
  return false
}

function converted(value: Value, parameter: Parameter | undefined, span: Span, context: Context): Value {
  try {
    return convert(value, parameter?.type ?? any)
  } catch (error) {
    if (!(error instanceof ValueError)) throw error
    const why = parameter?.name === 'template' ? 'invalid template value: a string is required' : error.message
    return report(context, span, 'Invalid function argument', `Invalid value for ${quoteGo(parameter?.name ?? '')} parameter: ${why}.`)
  }
}

function run(node: Call, spec: FunctionSpec, args: readonly Argument[], values: readonly Value[], context: Context): Value {
  const { files, workingDirectory, home, now } = context.scope
  const surroundings = { render: context.render, ...(files && { files }), ...(workingDirectory !== undefined && { workingDirectory }), ...(home !== undefined && { home }), ...(now !== undefined && { now }) }
  try {
    return call(spec, values, surroundings)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    if (!(error instanceof ValueError) && error.name !== 'ArithmeticError') throw error
    if (error instanceof ArgumentError) {
      const parameter = spec.params[error.index] ?? spec.rest
      if (parameter !== undefined) return report(context, args[error.index]?.span ?? node, 'Invalid function argument', `Invalid value for ${quoteGo(parameter.name)} parameter: ${error.message}.`)
    }
    return report(context, { start: node.start, end: node.nameEnd + 1 }, 'Error in function call', `Call to function ${quoteGo(node.name)} failed: ${error.message}.`)
  }
}

/** `try` and `can` get expressions, not values: what goes wrong within is theirs. A result that may still change cannot be trusted to stay. */
function lazily(node: Call, spec: FunctionSpec, evaluate: Evaluate, context: Context): Value {
  const closures: ((within: Context) => Value)[] = node.args.map((arg) => (within) => evaluate(arg, within))
  const last = closures.at(-1)
  if (node.expand && last !== undefined) {
    const spread = last(context)
    closures.splice(-1, 1, ...elementsOf(spread).map((value) => () => value))
  }
  if (spec.name === 'can' && closures.length !== 1) {
    countFits(node, spec, closures.map(() => ({ span: node, value: () => no })), context)
    return dynamic
  }
  if (closures.length === 0) return report(context, node, 'Error in function call', `Call to function ${quoteGo(node.name)} failed: at least one argument is required.`)
  const trouble: Diagnostic[] = []
  for (const closure of closures) {
    const diagnostics: Diagnostic[] = []
    const value = closure({ ...context, diagnostics })
    const wrong = diagnostics.filter((one) => one.severity === 'error')
    trouble.push(...wrong)
    if (wrong.length > 0) {
      if (spec.name === 'can') return no
      continue
    }
    if (!isWhollyKnown(value)) return spec.name === 'can' ? unknown(bool) : dynamic
    return spec.name === 'can' ? truth(true) : value
  }
  const list = trouble.map((one) => `\n- ${one.summary} (at ${place(one)})\n  ${one.detail}`).join('')
  return report(context, node, 'Error in function call', `Call to function ${quoteGo(node.name)} failed: no expression succeeded:${list}\n\nAt least one expression must produce a successful result.`)
}

function place({ source, start, end }: Diagnostic): string {
  if (source === null) return '?'
  const range = source.range({ start, end })
  return `${source.name}:${range.start.line},${range.start.column}-${range.end.line === range.start.line ? '' : `${range.end.line},`}${range.end.column}`
}
