/**
 * Override files (Terraform, "Override Files"): a block merges into the one with the same header, argument by argument; blocks within it replace
 * all of their type, but for `lifecycle`, which merges; locals merge by name, `terraform` by its arguments and by provider.
 */
import type { Diagnostic } from '../syntax/diagnostics.ts'
import type { Attribute, Body } from '../syntax/tree.ts'
import { type Argument, type Contents, contentsOf, type Declaration, type Nested } from './declaration.ts'
import { loadFinding } from './finding.ts'

/** What makes a declaration the same as another; null for what has no name. */
export function identity({ kind, labels, arguments: set }: Declaration): string | null {
  if (kind === 'provider') {
    const alias = set.get('alias')?.attribute.value
    return `provider.${labels[0]}${alias?.kind === 'string' ? `.${alias.value}` : ''}`
  }
  return labels.length === 0 ? null : [kind, ...labels].join('.')
}

const isMergeable = new Set<Declaration['kind']>(['resource', 'data', 'ephemeral', 'module', 'variable', 'output', 'provider', 'terraform', 'locals'])

/** Merges one declaration of an override file into `declared`, in place. */
export function override(declared: Declaration[], by: Declaration, diagnostics: Diagnostic[]): void {
  const place = { source: by.source, start: by.block.start, end: by.block.typeEnd }
  if (!isMergeable.has(by.kind)) {
    diagnostics.push(loadFinding('invalid-override', `A ${by.kind} block cannot stand in an override file.`, place))
    return
  }
  if (by.kind === 'locals') return overrideLocals(declared, by, diagnostics)
  const name = identity(by)
  const at = declared.findIndex((one) => one.kind === by.kind && identity(one) === name)
  const base = declared[at]
  if (base === undefined) {
    if (by.kind === 'terraform') declared.push(by)
    else diagnostics.push(loadFinding('missing-base', `There is no ${[by.kind, ...by.labels].join(' ')} in the ordinary files.`, place))
    return
  }
  const depends = by.arguments.get('depends_on')
  if (depends !== undefined) {
    diagnostics.push(loadFinding('invalid-override', 'depends_on cannot be overridden.', { source: depends.source, start: depends.attribute.start, end: depends.attribute.nameEnd }))
  }
  declared[at] = { ...base, ...merged(base, by) }
}

function merged(base: Contents, by: Contents): Contents {
  const set = new Map<string, Argument>(base.arguments)
  for (const [name, argument] of by.arguments) set.set(name, argument)
  return { arguments: set, blocks: mergedBlocks(base.blocks, by.blocks) }
}

function mergedBlocks(base: readonly Nested[], by: readonly Nested[]): readonly Nested[] {
  const replaced = new Set(by.map((block) => replacedType(block)))
  const kept = base.filter((block) => !replaced.has(replacedType(block)) || isCombined(block.type))
  const added: Nested[] = []
  for (const block of by) {
    const at = isCombined(block.type) ? kept.findIndex((one) => one.type === block.type) : -1
    const before = kept[at]
    if (before === undefined) added.push(block)
    else kept[at] = combined(before, block)
  }
  return [...kept, ...added]
}

/** A `dynamic "x"` makes blocks of type x, and is replaced with them. `backend` and `cloud` exclude each other. */
const replacedType = (block: Nested): string => (block.type === 'dynamic' ? (block.labels[0] ?? '') : block.type === 'cloud' ? 'backend' : block.type)
const isCombined = (type: string): boolean => type === 'lifecycle' || type === 'required_providers'

/** One block of what two say, the second with the last word. Its ranges are those of the first. */
function combined(first: Nested, second: Nested): Nested {
  const from = merged(contentsOf(first.block.body, first.source, first.type), contentsOf(second.block.body, second.source, second.type))
  const items: Body['items'] = [...[...from.arguments.values()].map(({ attribute }): Attribute => attribute), ...from.blocks.map(({ block }) => block)]
  const { start, end } = first.block.body
  return { ...first, block: { ...first.block, body: { kind: 'body', start, end, items } } }
}

function overrideLocals(declared: Declaration[], by: Declaration, diagnostics: Diagnostic[]): void {
  for (const [name, argument] of by.arguments) {
    const at = declared.findIndex((one) => one.kind === 'locals' && one.arguments.has(name))
    const base = declared[at]
    if (base === undefined) {
      diagnostics.push(loadFinding('missing-base', `There is no local ${name} in the ordinary files.`, { source: argument.source, start: argument.attribute.start, end: argument.attribute.nameEnd }))
    } else declared[at] = { ...base, arguments: new Map(base.arguments).set(name, argument) }
  }
}
