/** What one evaluation carries along: the scope, the names bound by `for`, the element of a splat, and what was found wrong. */
import { ValueError } from '../value/error.ts'
import { dynamic, type Value } from '../value/value.ts'
import type { Diagnostic } from '../syntax/diagnostics.ts'
import type { Source } from '../syntax/source.ts'
import type { Expression, Span } from '../syntax/tree.ts'
import type { Render } from '../function/surroundings.ts'
import { problem } from './finding.ts'
import type { Scope } from './scope.ts'

/** Names bound around an expression, the innermost first. */
export type Bindings = { readonly name: string; readonly value: Value; readonly next: Bindings } | null

export type Context = {
  readonly scope: Scope
  readonly source: Source | null
  readonly bindings: Bindings
  readonly item: Value
  readonly diagnostics: Diagnostic[]
  readonly render: Render
  /** How many steps are left: what loops within loops within loops cost is bounded, whoever wrote them. */
  readonly budget: { left: number }
  /** The whole evaluator, which the parts of it come back to. */
  readonly evaluate: (node: Expression, context: Context) => Value
}

export const bind = (context: Context, name: string, value: Value): Context => ({ ...context, bindings: { name, value, next: context.bindings } })

export function bound(context: Context, name: string): Value | undefined {
  for (let one = context.bindings; one !== null; one = one.next) if (one.name === name) return one.value
  return undefined
}

/** Thrown when no steps are left; only the evaluator's door catches it. */
export class Exhausted extends Error {
  override name = 'Exhausted'
}

/** Reports, and gives what stands for a value that there is none of. */
export function report(context: Context, span: Span, summary: string, detail: string): Value {
  context.diagnostics.push(problem(context.source, span, summary, detail))
  return dynamic
}

/** How many errors there are so far: more after some work than before it means that the work failed. */
export function errors(context: Context): number {
  let n = 0
  for (const one of context.diagnostics) if (one.severity === 'error') n++
  return n
}

/** The outcome, or what it threw as a message. Broken programs throw on. */
export function attempt<T extends object>(work: () => T): T | string {
  try {
    return work()
  } catch (error) {
    if (error instanceof ValueError) return error.message
    throw error
  }
}
