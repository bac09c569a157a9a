/** Evaluating single expressions: see {@link evaluateExpression}. */
import type { Diagnostic } from '../syntax/diagnostics.ts'
import type { Source } from '../syntax/source.ts'
import type { Expression, Fragment } from '../syntax/tree.ts'
import { display, displayType } from '../value/display.ts'
import { dynamic, type Value } from '../value/value.ts'
import type { Bindings } from './context.ts'
import { evaluate } from './expression.ts'
import { renderer } from './render.ts'
import type { Scope } from './scope.ts'

export type Evaluated = { readonly value: Value; readonly diagnostics: readonly Diagnostic[] }

/** The value of an expression in a scope. Never throws: what is wrong is a diagnostic, and the value then unknown as far as it goes. */
export function evaluateExpression(expression: Expression, scope: Scope, source: Source | null = null, bindings: Bindings = null): Evaluated {
  const diagnostics: Diagnostic[] = []
  const value = evaluate(expression, { scope, source, bindings, item: dynamic, diagnostics, render: renderer(scope), evaluate })
  return { value, diagnostics }
}

/** What `terraform console` prints for an expression, `type(...)` at the top included; no text when there are errors. */
export function evaluateForConsole({ value: expression, source }: Fragment, scope: Scope): { readonly text: string; readonly diagnostics: readonly Diagnostic[] } {
  const asked = expression.kind === 'call' && expression.name === 'type' && expression.args.length === 1 ? expression.args[0] : undefined
  const { value, diagnostics } = evaluateExpression(asked ?? expression, scope, source)
  if (diagnostics.some((one) => one.severity === 'error')) return { text: '', diagnostics }
  return { text: asked === undefined ? display(value) : displayType(value.type), diagnostics }
}
