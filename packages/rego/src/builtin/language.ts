/** What is refused because it reaches outside, and what the compiler answers itself. Membership, `print` and metadata are the compiler's. */
import { declare, define } from './define.ts'
import type { Builtin } from './registry.ts'

export const language: readonly Builtin[] = [
  declare('compiler', 'internal.print', 'array -> boolean', 'what print becomes'),
  define('trace', 'string -> boolean', 'true: notes are not kept', () => true),
  declare('refused', 'http.send', 'object -> object', 'would send an HTTP request'),
  declare('refused', 'opa.runtime', '-> object', 'would tell about the process and its environment'),
]
