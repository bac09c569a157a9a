/** Where expressions find their names, and what they may call. */
import type { Expression, Step, Traversal } from '../syntax/tree.ts'
import type { FunctionSpec } from '../function/spec.ts'
import type { Loader } from '../load/loader.ts'
import type { Value } from '../value/value.ts'

/** What a reference means: how to get a value and the steps that are still to be taken from it, or that it means nothing. */
export type Resolved = { readonly get: () => { readonly value: Value; readonly rest: readonly Step[] } } | { readonly problem: readonly [summary: string, detail: string] }

/** The names and the surroundings of an expression. */
export type Scope = {
  /**
   * What the root of a traversal stands for. The resolver may take steps itself, as `var.name` is one reference and not two; it gives
   * back those that remain. All references of an expression are resolved before it is evaluated, those in branches not taken among them; only
   * then values are asked for.
   */
  readonly resolve: (traversal: Traversal) => Resolved
  /** Expressions whose references were resolved before, and whether all of them mean something: each is looked at, and reported, once. */
  readonly checked?: WeakMap<Expression, boolean>
  /** By name, `core::name` among them. Left out, all of Terraform's are there. */
  readonly functions?: ReadonlyMap<string, FunctionSpec>
  /** What one expression may cost; 5,000,000 unless told. */
  readonly mostSteps?: number
  readonly files?: Loader
  readonly workingDirectory?: string
  readonly home?: string
  readonly now?: string
}

/** A scope of plain variables, as templates have it. */
export function variableScope(variables: ReadonlyMap<string, Value>, base: Omit<Scope, 'resolve'> = {}): Scope {
  return {
    ...base,
    resolve: ({ name, steps }) => {
      const value = variables.get(name)
      return value === undefined ? { problem: ['Unknown variable', `There is no variable named "${name}".`] } : { get: () => ({ value, rest: steps }) }
    },
  }
}
