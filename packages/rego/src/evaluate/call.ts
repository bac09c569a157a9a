/** Calls: of builtins, of functions that rules define, and of what `with` puts in their place. */
import { type Builtin, BuiltinFault, OperandError } from '../builtin/registry.ts'
import type { Callee, Expression } from '../compile/program.ts'
import { EvaluationError } from '../error.ts'
import { compare, equal, isArray, isPlain, RegoSet, size, isObject, type Value } from '../value/index.ts'
import type { Context, Get, Mock } from './context.ts'
import type { Bound, Generator } from './generator.ts'

/** What operators do where both sides are plain, without the way through the table of builtins. */
const direct: Record<string, (a: Value, b: Value) => Value | undefined> = {
  equal: (a, b) => a === b || equal(a, b),
  neq: (a, b) => a !== b && !equal(a, b),
  lt: (a, b) => (typeof a === 'number' && typeof b === 'number' ? a < b : compare(a, b) < 0),
  lte: (a, b) => (typeof a === 'number' && typeof b === 'number' ? a <= b : compare(a, b) <= 0),
  gt: (a, b) => (typeof a === 'number' && typeof b === 'number' ? a > b : compare(a, b) > 0),
  gte: (a, b) => (typeof a === 'number' && typeof b === 'number' ? a >= b : compare(a, b) >= 0),
}

/** Arguments for which an operator needs no table: undefined where it does. */
const quick: Record<string, (a: Value, b: Value) => Value | undefined> = {
  plus: (a, b) => (typeof a === 'number' && typeof b === 'number' ? safe(a + b) : undefined),
  minus: (a, b) => (typeof a === 'number' && typeof b === 'number' ? safe(a - b) : undefined),
  startswith: (a, b) => (typeof a === 'string' && typeof b === 'string' ? a.startsWith(b) : undefined),
  endswith: (a, b) => (typeof a === 'string' && typeof b === 'string' ? a.endsWith(b) : undefined),
  contains: (a, b) => (typeof a === 'string' && typeof b === 'string' ? a.includes(b) : undefined),
}

const safe = (value: number): number | undefined => (Number.isSafeInteger(value) ? value : undefined)

const quickCount = (value: Value): Value | undefined =>
  isArray(value) ? value.length : value instanceof RegoSet ? value.size : isPlain(value) || isObject(value) ? size(value) : undefined

/** A builtin, its errors turned into undefined or into an error of the evaluation. */
function invoke(g: Generator, name: string, builtin: Builtin, args: readonly Value[], c: Context, at: number): Value | undefined {
  try {
    if (builtin.kind === 'refused') throw new EvaluationError('eval_builtin_error', `${name}: this builtin is refused`)
    return builtin.call(args, c.query)
  } catch (error) {
    return failed(g, name, error, c, at)
  }
}

export function failed(g: Generator, name: string, error: unknown, c: Context, at: number): undefined {
  if (!(error instanceof OperandError) && !(error instanceof BuiltinFault)) throw error
  const located = g.located(at, error, name)
  if (c.query.strict) throw located
  if (c.query.failures.length < 100) c.query.failures.push(located)
  return undefined
}

function callMock(g: Generator, mock: Mock, args: readonly Value[], c: Context, at: number): Value | undefined {
  if (mock.kind === 'value') return mock.value
  const { callee } = mock
  const inner = c.unmocked()
  if (callee.kind === 'function') return g.rules.call(callee.node, args, inner)
  return invoke(g, callee.name, callee.builtin, args, inner, at)
}

/** The name under which a replacement of a callee is kept. */
export const mockName = (callee: Callee): string => (callee.kind === 'builtin' ? callee.name : `data:${callee.node.id}`)

/** A call whose arguments are there: of the callee, or of what `with` has put in its place. */
export function compileApply(g: Generator, call: Expression & { kind: 'call' }): (values: readonly Value[], c: Context) => Value | undefined {
  const { callee, at } = call
  const name = mockName(callee)
  const { rules } = g
  const finish: (values: readonly Value[], c: Context) => Value | undefined =
    callee.kind === 'function'
      ? (values, c) => rules.call(callee.node, values, c)
      : callee.builtin.each === undefined
        ? (values, c) => invoke(g, callee.name, callee.builtin, values, c, at)
        : (values, c) => {
            for (const one of callee.builtin.each?.(values, c.query) ?? []) return one
            return undefined
          }
  return (values, c) => {
    const mock = c.mocks?.get(name)
    return mock === undefined ? finish(values, c) : callMock(g, mock, values, c, at)
  }
}

export function compileCall(g: Generator, call: Expression & { kind: 'call' }, bound: Bound): Get {
  const { callee } = call
  const args = call.args.map((arg) => g.expression(arg, bound))
  const through = compileApply(g, call)
  const [a, b] = args as [Get, Get]
  if (args.length === 0) return (_, c) => through([], c)
  if (args.length === 1) {
    if (callee.name === 'count' && callee.kind === 'builtin') {
      return (r, c) => {
        const x = a(r, c)
        if (x === undefined) return undefined
        return (c.mocks === undefined ? quickCount(x) : undefined) ?? through([x], c)
      }
    }
    return (r, c) => {
      const x = a(r, c)
      return x === undefined ? undefined : through([x], c)
    }
  }
  if (args.length === 2) {
    const known = callee.kind === 'builtin' ? direct[callee.name] : undefined
    if (known !== undefined) {
      return (r, c) => {
        const x = a(r, c)
        if (x === undefined) return undefined
        const y = b(r, c)
        if (y === undefined) return undefined
        return c.mocks === undefined ? known(x, y) : through([x, y], c)
      }
    }
    const fast = callee.kind === 'builtin' ? quick[callee.name] : undefined
    return (r, c) => {
      const x = a(r, c)
      if (x === undefined) return undefined
      const y = b(r, c)
      if (y === undefined) return undefined
      if (fast !== undefined && c.mocks === undefined) {
        const result = fast(x, y)
        if (result !== undefined) return result
      }
      return through([x, y], c)
    }
  }
  return (r, c) => {
    const values: Value[] = []
    for (const arg of args) {
      const value = arg(r, c)
      if (value === undefined) return undefined
      values.push(value)
    }
    return through(values, c)
  }
}
