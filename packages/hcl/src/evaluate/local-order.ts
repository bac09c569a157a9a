/** Locals in the order of what they depend on. */
import type { Argument } from '../load/declaration.ts'
import { freeNames } from './references.ts'

const dependencies = new WeakMap<Argument, readonly string[]>()

export function localsIn(argument: Argument): readonly string[] {
  const known = dependencies.get(argument)
  if (known !== undefined) return known
  const names = new Set<string>()
  for (const { name, steps } of freeNames(argument.attribute.value)) {
    const step = steps[0]
    if (name === 'local' && step?.kind === 'get-attribute') names.add(step.name)
  }
  const made = [...names]
  dependencies.set(argument, made)
  return made
}

/** `name` and all locals that it depends on and that are not done, each behind those that it needs. Members of a loop come once. */
export function orderedLocals(name: string, locals: ReadonlyMap<string, Argument>, done: (name: string) => boolean): Argument[] {
  const order: Argument[] = []
  const seen = new Set<string>()
  const stack: { argument: Argument; next: number }[] = []
  const enter = (one: string): void => {
    const argument = locals.get(one)
    if (argument === undefined || seen.has(one) || done(one)) return
    seen.add(one)
    stack.push({ argument, next: 0 })
  }
  enter(name)
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const wanted = localsIn(top.argument)[top.next++]
    if (wanted !== undefined) enter(wanted)
    else {
      order.push(top.argument)
      stack.pop()
    }
  }
  return order
}
