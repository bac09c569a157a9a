/** Calls of builtins that have many outputs, one after another. */
import type { Expression } from '../compile/program.ts'
import type { Value } from '../value/index.ts'
import { compileApply, failed } from './call.ts'
import type { Get, Step, Walk } from './context.ts'
import type { Bound, Generator } from './generator.ts'

export function compileRelation(g: Generator, call: Expression & { kind: 'call' }, bound: Bound, finish: (bound: Bound) => Walk): Step {
  const { callee, at } = call
  if (callee.kind !== 'builtin') return () => false
  const args = call.args.map((arg): Get => g.expression(arg, bound))
  const apply = compileApply(g, call)
  const next = finish(bound)
  return (r, c) => {
    const values: Value[] = []
    for (const arg of args) {
      const value = arg(r, c)
      if (value === undefined) return false
      values.push(value)
    }
    if (c.mocks?.has(callee.name) === true) {
      const value = apply(values, c)
      return value !== undefined && next(value, r, c)
    }
    let outputs: Iterator<Value>
    try {
      outputs = (callee.builtin.each?.(values, c.query) ?? [])[Symbol.iterator]()
    } catch (error) {
      failed(g, callee.name, error, c, at)
      return false
    }
    for (;;) {
      let one: IteratorResult<Value>
      try {
        one = outputs.next()
      } catch (error) {
        failed(g, callee.name, error, c, at)
        return false
      }
      if (one.done === true) return false
      c.query.spend(1)
      if (next(one.value, r, c)) return true
    }
  }
}

