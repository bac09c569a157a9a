/** One builtin, called as a policy calls it. */
import { compile, evaluate, EvaluationError, type EvaluateOptions, formatValue, prepareQuery, type PreparedQuery, type Value } from '../../src/index.ts'

const program = compile({})

/** The answer in Rego's notation, `undefined`, or the code and text of the error. */
export function answer(expression: string, options: EvaluateOptions = {}): string {
  try {
    const value = evaluate(program, `x = ${expression}`, { strict: true, ...options }).results[0]?.bindings['x']
    return value === undefined ? 'undefined' : formatValue(value)
  } catch (error) {
    if (error instanceof EvaluationError) return `${error.code}: ${error.reason}`
    throw error
  }
}

const prepared = new Map<string, PreparedQuery>()

/** The builtin's value for values, which go in as the input document. */
export function call(name: string, args: readonly Value[], options: EvaluateOptions = {}): Value | undefined {
  const query = `x = ${name}(${args.map((_, index) => `input[${index}]`).join(', ')})`
  let known = prepared.get(query)
  if (known === undefined) prepared.set(query, (known = prepareQuery(program, query)))
  return known.evaluate({ strict: true, ...options, input: args }).results[0]?.bindings['x']
}
