/** Which annotations belong to a rule: its own, its document's, its package's, and those of packages above. */
import type { Annotation, Module, Rule } from '../syntax/tree.ts'
import type { Value } from '../value/index.ts'
import type { RuleNode } from './program.ts'

export class Annotations {
  readonly #documents = new Map<RuleNode, Annotation>()
  readonly #packages = new Map<string, Annotation>()
  readonly #subpackages = new Map<string, Annotation>()

  constructor(modules: readonly Module[], placed: readonly { readonly rule: Rule; readonly node: RuleNode }[]) {
    for (const module of modules) {
      const key = module.package.join('\0')
      for (const one of module.annotations) {
        if (one.scope === 'package') this.#packages.set(key, one)
        else if (one.scope === 'subpackages') this.#subpackages.set(key, one)
      }
    }
    for (const { rule, node } of placed) for (const one of rule.annotations) if (one.scope === 'document') this.#documents.set(node, one)
  }

  /** The answer of `rego.metadata.chain()`: from the rule outwards. */
  chain(module: Module, rule: Rule, node: RuleNode): Value {
    const chain: Value[] = []
    const own = rule.annotations.filter((one) => one.scope === 'rule')
    const add = (path: readonly string[], annotation?: Annotation): void => {
      chain.push(annotation === undefined ? { path: [...path] } : { annotations: annotation.value, path: [...path] })
    }
    if (own.length === 0) add(node.path)
    else for (const one of own) add(node.path, one)
    const document = this.#documents.get(node)
    if (document !== undefined) {
      if (own.length === 0) chain.pop()
      add(node.path, document)
    }
    const key = module.package.join('\0')
    const of = this.#packages.get(key)
    if (of !== undefined) add(module.package, of)
    for (let length = module.package.length; length > 0; length--) {
      const path = module.package.slice(0, length)
      const above = this.#subpackages.get(path.join('\0'))
      if (above !== undefined) add(path, above)
    }
    return chain
  }

  /** The answer of `rego.metadata.rule()`. */
  rule(rule: Rule): Value {
    return rule.annotations.find((one) => one.scope === 'rule')?.value ?? {}
  }
}
