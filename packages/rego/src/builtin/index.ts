/** Every builtin that the language has, one list. The compiler and the evaluator know builtins through this file alone. */
import type { Builtin } from './registry.ts'

const all: readonly Builtin[] = []

export const builtins: ReadonlyMap<string, Builtin> = new Map(all.map((one) => [one.name, one]))
