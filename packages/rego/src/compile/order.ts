/**
 * The order of a body's clauses: the first one whose variables are bound comes next, as written otherwise. What never gets its
 * turn is unsafe. Bodies are put in order in place, closures after the clauses around them.
 */
import { analyze } from './analyze.ts'
import type { Bound } from './needs.ts'
import type { Clause, Comprehension, Expression, Variable } from './program.ts'

export type Unsafe = { readonly variable: Variable; readonly at: number }

/** Orders a body. Returns what is bound after it, and reports what is unsafe. */
export function orderBody(body: Clause[], before: Bound, report: (unsafe: Unsafe) => void): Set<Variable> {
  const bound = new Set(before)
  const clauses = body.splice(0)
  /** Places of clauses that can run, the first one last. */
  const ready: number[] = []
  /** Which clauses wait for a variable. A clause is looked at again only when one of those it wants is bound. */
  const waiting = new Map<Variable, number[]>()
  const done = new Set<number>()
  const queued = new Set<number>()
  /** What a clause was found to bind, and how much was bound then: it holds until more is. */
  const found: { readonly binds: ReadonlySet<Variable>; readonly when: number }[] = []
  const look = (place: number): void => {
    if (queued.has(place)) return
    const { missing, binds } = analyze(clauses[place] as Clause, bound)
    if (missing.size === 0) {
      queued.add(place)
      found[place] = { binds, when: bound.size }
      insert(ready, place)
      return
    }
    for (const variable of missing.keys()) {
      const list = waiting.get(variable)
      if (list === undefined) waiting.set(variable, [place])
      else if (list.at(-1) !== place) list.push(place)
    }
  }
  for (let place = clauses.length - 1; place >= 0; place--) look(place)
  for (let place = ready.pop(); place !== undefined; place = ready.pop()) {
    const clause = clauses[place] as Clause
    const last = found[place]
    const binds = last !== undefined && last.when === bound.size ? last.binds : analyze(clause, bound).binds
    const fresh = [...binds].filter((variable) => !bound.has(variable))
    for (const variable of fresh) bound.add(variable)
    orderInside(clause, bound, report)
    body.push(clause)
    done.add(place)
    for (const variable of fresh) {
      const list = waiting.get(variable)
      waiting.delete(variable)
      for (const other of new Set(list)) look(other)
    }
  }
  for (const [place, clause] of clauses.entries()) {
    if (!done.has(place)) for (const [variable, at] of analyze(clause, bound).missing) report({ variable, at })
  }
  return bound
}

/** Inserts into a list that falls. */
function insert(list: number[], value: number): void {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((list[middle] as number) > value) low = middle + 1
    else high = middle
  }
  list.splice(low, 0, value)
}

/** The bodies inside of a clause. */
function orderInside(clause: Clause, inside: Bound, report: (unsafe: Unsafe) => void): void {
  for (const one of clause.with) expression(one.value, inside, report)
  switch (clause.kind) {
    case 'test':
      expression(clause.expression, inside, report)
      return
    case 'unify':
      expression(clause.left, inside, report)
      expression(clause.right, inside, report)
      return
    case 'member':
      expression(clause.domain, inside, report)
      expression(clause.value, inside, report)
      if (clause.key !== undefined) expression(clause.key, inside, report)
      return
    case 'not':
      orderInside(clause.clause, inside, report)
      return
    case 'every': {
      expression(clause.domain, inside, report)
      const own = new Set(inside)
      for (const one of [clause.key, clause.value]) if (one !== undefined) own.add(one)
      orderBody(clause.body, own, report)
      return
    }
    case 'print':
      for (const arg of clause.args) comprehension(arg, inside, report)
      return
    case 'never':
  }
}

function comprehension(each: Comprehension, bound: Bound, report: (unsafe: Unsafe) => void): void {
  const after = orderBody(each.body, bound, report)
  for (const head of [each.key, each.value]) {
    if (head?.kind === 'variable' && !after.has(head.variable)) report({ variable: head.variable, at: head.at })
  }
}

function expression(one: Expression, bound: Bound, report: (unsafe: Unsafe) => void): void {
  switch (one.kind) {
    case 'each':
      comprehension(one, bound, report)
      return
    case 'array':
    case 'set':
      for (const item of one.items) expression(item, bound, report)
      return
    case 'object':
      for (const pair of one.pairs) for (const side of pair) expression(side, bound, report)
      return
    case 'call':
      for (const arg of one.args) expression(arg, bound, report)
      return
    case 'path':
      expression(one.base, bound, report)
      for (const key of one.path) expression(key, bound, report)
      return
    case 'input':
    case 'data':
      for (const key of one.path) expression(key, bound, report)
      return
    case 'template':
      for (const part of one.parts) if (typeof part !== 'string') comprehension(part, bound, report)
      return
    case 'value':
    case 'variable':
  }
}
