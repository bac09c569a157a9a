/** Where expressions find their names, and what they may call. */
import type { Diagnostic } from '../syntax/diagnostics.ts'
import type { Source } from '../syntax/source.ts'
import type { Step, Traversal } from '../syntax/tree.ts'
import type { FunctionSpec } from '../function/spec.ts'
import type { Loader } from '../load/loader.ts'
import type { Value } from '../value/value.ts'

/** What a reference means: a value and the steps that are still to be taken from it, or that it could not be resolved. */
export type Resolved = { readonly value: Value; readonly rest: readonly Step[] } | { readonly problem: readonly [summary: string, detail: string] }

export type Scope = {
  /**
   * The value behind the root of a traversal. The resolver may take steps itself, as `var.name` is one reference and not two; it gives
   * back those that remain. It may report several things at once through `diagnostics`.
   */
  readonly resolve: (traversal: Traversal, source: Source | null, diagnostics: Diagnostic[]) => Resolved
  /** By name, `core::name` among them. Left out, all of Terraform's are there. */
  readonly functions?: ReadonlyMap<string, FunctionSpec>
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
      return value === undefined ? { problem: ['Unknown variable', `There is no variable named "${name}".`] } : { value, rest: steps }
    },
  }
}
