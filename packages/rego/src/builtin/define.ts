/** The short way of writing a builtin down. */
import type { Builtin } from './registry.ts'

type Extra = Partial<Omit<Builtin, 'name' | 'params' | 'result' | 'call' | 'about'>>

/** `signature` reads `string, any -> boolean`; names of types are joined by `|`. */
export function define(name: string, signature: string, about: string, call: Builtin['call'], extra: Extra = {}): Builtin {
  const [params = '', result = 'any'] = signature.split('->').map((part) => part.trim())
  return { name, params: params === '' ? [] : params.split(/,\s*/), result, kind: 'pure', about, call, ...extra }
}

/** Known to the compiler, never called: it reaches outside, or the compiler and the evaluator answer themselves. */
export function declare(kind: 'refused' | 'compiler', name: string, signature: string, about: string, extra: Extra = {}): Builtin {
  return define(name, signature, about, () => { throw new Error(`${name} has no implementation`) }, { ...extra, kind })
}
