/** Policies in, plain JavaScript out: what most tests ask. */
import { compile, evaluate, type EvaluateOptions, toJson, type Value } from '../../src/index.ts'

export type Asked = EvaluateOptions & { readonly version?: 'v0' | 'v1' | 'detect' }

/** The value of `query` over the modules, as JSON; undefined where it has none. */
export function ask(modules: string | readonly string[], query: string, options: Asked = {}): Value | undefined {
  const texts = typeof modules === 'string' ? [modules] : modules
  const sources = Object.fromEntries(texts.map((text, i) => [`policy-${i}.rego`, text]))
  const program = compile(sources, options.version === undefined ? {} : { version: options.version })
  const { results } = evaluate(program, `x = ${query}`, options)
  const found = results[0]?.bindings['x']
  return found === undefined ? undefined : toJson(found)
}

/** The diagnostics of modules that do not compile, as text. */
export function complaints(modules: string | readonly string[], options: Asked = {}): string[] {
  try {
    ask(modules, 'true', options)
  } catch (error) {
    if (error instanceof Error) return error.message.split('\n')
  }
  return []
}
