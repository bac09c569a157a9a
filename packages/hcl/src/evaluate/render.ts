/** Templates for the functions `templatefile` and `templatestring`: they see the variables they are given, and nothing else. */
import { functions } from '../function/index.ts'
import { ArgumentError, ValueError } from '../value/error.ts'
import { quoteGo } from '../value/quote.ts'
import type { FunctionSpec } from '../function/spec.ts'
import type { Render } from '../function/surroundings.ts'
import type { Diagnostic } from '../syntax/diagnostics.ts'
import { parseTemplate } from '../syntax/parse.ts'
import { dynamic, type Value } from '../value/value.ts'
import { evaluate } from './expression.ts'
import { freeNames } from './references.ts'
import { type Scope, variableScope } from './scope.ts'

const refusing = (spec: FunctionSpec): FunctionSpec => ({
  ...spec,
  typeOf: () => {
    throw new ValueError('cannot recursively call templatefile from inside another template function')
  },
})

function withoutTemplateFile(given: ReadonlyMap<string, FunctionSpec>): ReadonlyMap<string, FunctionSpec> {
  const map = new Map(given)
  for (const name of ['templatefile', 'core::templatefile']) {
    const spec = map.get(name)
    if (spec !== undefined) map.set(name, refusing(spec))
  }
  return map
}

/** The first error in one line, and how many there are besides. */
function asMessage(diagnostics: readonly Diagnostic[]): string | undefined {
  const errors = diagnostics.filter((one) => one.severity === 'error')
  const [first] = errors
  if (first === undefined) return undefined
  const more = errors.length > 1 ? `, and ${errors.length - 1} other diagnostic(s)` : ''
  return `${position(first)}: ${first.summary}; ${first.detail}${more}`
}

function position({ source, start, end }: Pick<Diagnostic, 'source' | 'start' | 'end'>): string {
  if (source === null) return '?'
  const { start: from, end: to } = source.range({ start, end })
  return from.line === to.line ? `${source.name}:${from.line},${from.column}-${to.column}` : `${source.name}:${from.line},${from.column}-${to.line},${to.column}`
}

export function renderer(scope: Scope, budget: { left: number }): Render {
  return (text, name, variables, inFile): Value => {
    const { tree, diagnostics } = parseTemplate(text, { name })
    const syntax = asMessage(diagnostics)
    if (syntax !== undefined) throw new ValueError(syntax)
    for (const reference of freeNames(tree.value)) {
      if (variables.has(reference.name)) continue
      const at = position({ source: tree.source, start: reference.start, end: reference.rootEnd })
      throw new ArgumentError(1, `vars map does not contain key ${quoteGo(reference.name)}, referenced at ${at}`)
    }
    const available = scope.functions ?? functions
    const { resolve: _, ...base } = scope
    const inner = variableScope(variables, { ...base, functions: inFile ? withoutTemplateFile(available) : available })
    const found: Diagnostic[] = []
    const value = evaluate(tree.value, { scope: inner, source: tree.source, bindings: null, item: dynamic, diagnostics: found, render: renderer(inner, budget), budget, evaluate })
    const message = asMessage(found)
    if (message !== undefined) throw new ValueError(message)
    return value
  }
}
