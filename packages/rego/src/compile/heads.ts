/** The tree of rules: where in `data` each rule stands, of what kind it is, and which rules cannot stand together. */
import type { Location } from '../error.ts'
import type { Module, Rule } from '../syntax/tree.ts'
import type { Tree } from './module.ts'
import type { RuleKind, RuleNode } from './program.ts'

export type Placed = { readonly module: Module; readonly rule: Rule; readonly node: RuleNode; readonly dynamic: Rule['path'] }

type Report = (message: string, location: Location) => void

/** How much of a head's path is known before evaluation: names and strings. */
function staticNames(rule: Rule): string[] {
  const names: string[] = []
  for (const [i, one] of rule.path.entries()) {
    if (i === 0 && one.kind === 'var') names.push(one.name)
    else if (i > 0 && one.kind === 'value' && typeof one.value === 'string') names.push(one.value)
    else break
  }
  return names
}

const kindOf = (rule: Rule, dynamic: number): RuleKind => (rule.args !== undefined ? 'function' : dynamic > 0 ? 'object' : rule.contains !== undefined ? 'set' : 'complete')

/** Places all rules. Conflicts are reported; the first rule at a node decides its kind. */
export function placeRules(modules: readonly Module[], tree: Tree, report: Report): Placed[] {
  const placed: Placed[] = []
  const defaults = new Set<RuleNode>()
  for (const module of modules) tree.make(module.package)
  for (const module of modules) {
    for (const rule of module.rules) {
      const names = staticNames(rule)
      const location = module.source.locate(rule.at)
      const node = tree.make([...module.package, ...names])
      tree.names(module.package).add(names[0] ?? '')
      const dynamic = rule.path.slice(names.length)
      const kind = kindOf(rule, dynamic.length)
      const arity = rule.args?.length ?? 0
      if (node.kind === undefined) {
        node.kind = kind
        node.arity = arity
      } else if (node.kind !== kind || node.arity !== arity) {
        report(`conflicting rules ${node.name} found`, location)
        continue
      }
      if (rule.isDefault) {
        if (defaults.has(node)) report(`multiple default rules ${node.name} found`, location)
        defaults.add(node)
      }
      placed.push({ module, rule, node, dynamic })
    }
  }
  for (const module of modules) {
    for (let node: RuleNode | undefined = tree.make(module.package); node !== undefined; node = node.parent) {
      if (node.kind !== undefined) report(`package ${tree.make(module.package).name} conflicts with rule ${node.name}`, module.source.locate(module.packageAt))
    }
  }
  for (const { node, module, rule } of placed) {
    // p and p.q: a rule whose value is no object cannot have rules under it
    if (node.children.size > 0 && node.kind !== 'object' && node.kind !== undefined) {
      const packages = modules.some((one) => tree.make(one.package).path.length > node.path.length && one.package.slice(0, node.path.length).join('\0') === node.path.join('\0'))
      if (!packages) report(`rule ${node.name} conflicts with ${[...node.children.values()].map((one) => one.name).join(', ')}`, module.source.locate(rule.at))
    }
  }
  return placed
}
