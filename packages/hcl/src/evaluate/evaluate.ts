/** Evaluating single expressions: see {@link evaluateExpression}. */
import type { Diagnostic } from '../syntax/diagnostics.ts'
import type { Source } from '../syntax/source.ts'
import type { Expression, Fragment, Traversal } from '../syntax/tree.ts'
import { display, displayType } from '../value/display.ts'
import { depthOf } from '../value/type.ts'
import { dynamic, type Value } from '../value/value.ts'
import { type Bindings, Exhausted } from './context.ts'
import { evaluate } from './expression.ts'
import { problem } from './finding.ts'
import { freeNames } from './references.ts'
import { renderer } from './render.ts'
import type { Scope } from './scope.ts'

/** What one expression may cost, and how deep what it makes may be: far more than any configuration needs. */
const defaultSteps = 5_000_000
const deepest = 500

/** A value and what was found wrong on the way to it. */
export type Evaluated = { readonly value: Value; readonly diagnostics: readonly Diagnostic[] }

/** The value of an expression in a scope. Never throws: what is wrong is a diagnostic, and the value then unknown as far as it goes. */
export function evaluateExpression(expression: Expression, scope: Scope, source: Source | null = null, bindings: Bindings = null): Evaluated {
  const before = scope.checked?.get(expression)
  const diagnostics = before === undefined ? checkReferences(expression, scope, source, bindings) : []
  if (before === undefined) scope.checked?.set(expression, diagnostics.length === 0)
  if (before === false || diagnostics.length > 0) return { value: dynamic, diagnostics }
  const mostSteps = scope.mostSteps ?? defaultSteps
  const budget = { left: mostSteps }
  try {
    const value = evaluate(expression, { scope, source, bindings, item: dynamic, diagnostics, render: renderer(scope, budget), budget, evaluate })
    if (depthOf(value.type) <= deepest) return { value, diagnostics }
    diagnostics.push(problem(source, expression, 'Value too deep', `Values are nested no deeper than ${deepest} levels.`))
  } catch (error) {
    // a RangeError is the platform's: a text longer than it can hold, or a stack deeper
    if (!(error instanceof Exhausted) && !(error instanceof RangeError)) throw error
    diagnostics.push(problem(source, expression, 'Evaluation stopped', error instanceof Exhausted ? `It took more than ${mostSteps} steps.` : 'The value is too large or too deep to be made.'))
  }
  return { value: dynamic, diagnostics }
}

/** References that mean nothing are wrong wherever they stand, in a branch that is not taken or within `try` as well. */
function checkReferences(expression: Expression, scope: Scope, source: Source | null, bindings: Bindings): Diagnostic[] {
  const found: Diagnostic[] = []
  for (const node of referencesOf(expression)) {
    if (isBound(node.name, bindings)) continue
    const resolved = scope.resolve(node)
    if ('problem' in resolved) found.push(problem(source, node, resolved.problem[0], resolved.problem[1]))
  }
  return found
}

const known = new WeakMap<Expression, readonly Traversal[]>()

function referencesOf(expression: Expression): readonly Traversal[] {
  let references = known.get(expression)
  if (references === undefined) known.set(expression, (references = freeNames(expression)))
  return references
}

function isBound(name: string, bindings: Bindings): boolean {
  for (let one = bindings; one !== null; one = one.next) if (one.name === name) return true
  return false
}

/** What `terraform console` prints for an expression, `type(...)` at the top included; no text when there are errors. */
export function evaluateForConsole({ value: expression, source }: Fragment, scope: Scope): { readonly text: string; readonly diagnostics: readonly Diagnostic[] } {
  const asked = expression.kind === 'call' && expression.name === 'type' && expression.args.length === 1 ? expression.args[0] : undefined
  const { value, diagnostics } = evaluateExpression(asked ?? expression, scope, source)
  if (diagnostics.some((one) => one.severity === 'error')) return { text: '', diagnostics }
  return { text: asked === undefined ? display(value) : displayType(value.type), diagnostics }
}
