/** What the compiler or the evaluator answers itself, and what is refused because it reaches outside. */
import { declare, define } from './define.ts'
import type { Builtin } from './registry.ts'

export const language: readonly Builtin[] = [
  declare('compiler', 'print', 'any -> boolean', 'collects its arguments for the caller', { variadic: true }),
  declare('compiler', 'internal.print', 'array -> boolean', 'what print becomes'),
  declare('compiler', 'rego.metadata.chain', '-> array', 'the annotations of the rule and of everything around it'),
  declare('compiler', 'rego.metadata.rule', '-> any', 'the annotations of the rule'),
  define('trace', 'string -> boolean', 'true: notes are not kept', () => true),
  declare('refused', 'http.send', 'object -> object', 'would send an HTTP request'),
  declare('refused', 'opa.runtime', '-> object', 'would tell about the process and its environment'),
]
