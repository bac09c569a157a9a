/**
 * The order of a body's clauses: the first one whose variables are bound comes next, as written otherwise. What never gets its
 * turn is unsafe. Bodies are put in order in place, closures after the clauses around them.
 */
import { analyze, type Bound } from './needs.ts'
import type { Clause, Comprehension, Expression, Variable } from './program.ts'

export type Unsafe = { readonly variable: Variable; readonly at: number }

/** Orders a body. Returns what is bound after it, and reports what is unsafe. */
export function orderBody(body: Clause[], before: Bound, report: (unsafe: Unsafe) => void): Set<Variable> {
  const bound = new Set(before)
  const pending = body.splice(0)
  while (pending.length > 0) {
    let chosen = -1
    for (let i = 0; i < pending.length; i++) {
      const clause = pending[i] as Clause
      const { missing, binds } = analyze(clause, bound)
      if (missing.size > 0) continue
      chosen = i
      orderInside(clause, bound, binds, report)
      for (const variable of binds) bound.add(variable)
      body.push(clause)
      break
    }
    if (chosen < 0) {
      for (const clause of pending) for (const [variable, at] of analyze(clause, bound).missing) report({ variable, at })
      return bound
    }
    pending.splice(chosen, 1)
  }
  return bound
}

/** The bodies inside of a clause. */
function orderInside(clause: Clause, bound: Bound, binds: ReadonlySet<Variable>, report: (unsafe: Unsafe) => void): void {
  const inside = new Set([...bound, ...binds])
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
      orderInside(clause.clause, inside, new Set(), report)
      return
    case 'every': {
      expression(clause.domain, inside, report)
      for (const one of [clause.key, clause.value]) if (one !== undefined) inside.add(one)
      orderBody(clause.body, inside, report)
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
