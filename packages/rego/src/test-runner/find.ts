/** Which rules are tests: `test_...` in any package; `todo_test_...` are tests that are waiting to be written. */
import type { Location } from '../error.ts'
import type { Module, Rule, Term } from '../syntax/tree.ts'

export type Test = {
  /** `data.example`. */
  readonly package: string
  readonly name: string
  readonly location: Location
  readonly todo: boolean
}

export function findTests(modules: readonly Module[]): Test[] {
  const seen = new Set<string>()
  const out: Test[] = []
  for (const module of modules) {
    for (const rule of module.rules) {
      const path = names(rule)
      const name = path.at(-1) ?? ''
      const id = [...module.package, ...path].join('\0')
      if (rule.isDefault || rule.args !== undefined || !/^(todo_)?test_/.test(name) || seen.has(id)) continue
      seen.add(id)
      const location = module.source.locate(rule.at)
      out.push({ package: reference([...module.package, ...path.slice(0, -1)]), name, location, todo: name.startsWith('todo_') })
    }
  }
  return out.sort((a, b) => (a.location.file < b.location.file ? -1 : a.location.file > b.location.file ? 1 : a.location.row - b.location.row))
}

/** The constant beginning of the head's reference: what follows are cases of one test. */
function names(rule: Rule): string[] {
  const out: string[] = []
  for (const [index, term] of rule.path.entries()) {
    const name = nameOf(term, index === 0)
    if (name === undefined) break
    out.push(name)
  }
  return out
}

function nameOf(term: Term, first: boolean): string | undefined {
  if (term.kind === 'var') return first ? term.name : undefined
  return term.kind === 'value' && typeof term.value === 'string' ? term.value : undefined
}

/** `data.a["b-c"]`. */
export function reference(path: readonly string[]): string {
  return `data${path.map((part) => (/^[A-Za-z_]\w*$/.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`)).join('')}`
}
