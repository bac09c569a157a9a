/** What stands at the top of a configuration, read from either syntax, before anything is merged or resolved. */
import { attributes, content, type Schema } from '../syntax/content.ts'
import { type Diagnostic, finding } from '../syntax/diagnostics.ts'
import { expressionOf, type Reading } from '../syntax/json/expression.ts'
import type { Source } from '../syntax/source.ts'
import type { AnyBody, Attribute, Block } from '../syntax/tree.ts'
import { loadFinding } from './finding.ts'

/** The types of blocks at the top of a configuration. */
export type DeclarationKind = 'terraform' | 'provider' | 'variable' | 'locals' | 'output' | 'module' | 'resource' | 'data' | 'ephemeral' | 'moved' | 'import' | 'removed' | 'check'

/** An argument and the text that its ranges point into: after an override, arguments of one block can come from two files. */
export interface Argument {
  readonly name: string
  readonly attribute: Attribute
  readonly source: Source
}

/** A block within a declaration. Read on with `contentsOf`. */
export interface Nested {
  readonly type: string
  readonly labels: readonly string[]
  readonly block: Block
  readonly source: Source
}

/** What a body holds. */
export interface Contents {
  readonly arguments: ReadonlyMap<string, Argument>
  readonly blocks: readonly Nested[]
}

/** One block at the top of a configuration; with overrides, what results, under the header and range of the original. */
export interface Declaration extends Contents {
  readonly kind: DeclarationKind
  readonly labels: readonly string[]
  readonly block: Block
  readonly source: Source
}

/** The blocks at the top, with the number of their labels. */
export const topBlocks: Readonly<Record<DeclarationKind, number>> = {
  terraform: 0, provider: 1, variable: 1, locals: 0, output: 1, module: 1, resource: 2, data: 2, ephemeral: 2, moved: 0, import: 0, removed: 0, check: 1,
}

const rootSchema: Schema = { attributes: [], blocks: Object.entries(topBlocks).map(([type, labels]) => ({ type, labels })) }
const isKind = (type: string): type is DeclarationKind => Object.hasOwn(topBlocks, type)

/** Which members of a JSON body are blocks, where no provider's schema is needed to know. In the native syntax a block shows itself. */
const jsonBlocks: Readonly<Record<string, Schema['blocks']>> = {
  terraform: [{ type: 'backend', labels: 1 }, { type: 'cloud', labels: 0 }, { type: 'required_providers', labels: 0 }, { type: 'provider_meta', labels: 1 }, { type: 'encryption', labels: 0 }],
  variable: [{ type: 'validation', labels: 0 }],
  output: [{ type: 'precondition', labels: 0 }],
  resource: [{ type: 'lifecycle', labels: 0 }, { type: 'connection', labels: 0 }, { type: 'provisioner', labels: 1 }, { type: 'dynamic', labels: 1 }],
  data: [{ type: 'lifecycle', labels: 0 }, { type: 'dynamic', labels: 1 }],
  ephemeral: [{ type: 'lifecycle', labels: 0 }, { type: 'dynamic', labels: 1 }],
  check: [{ type: 'data', labels: 2 }, { type: 'assert', labels: 0 }],
  removed: [{ type: 'lifecycle', labels: 0 }, { type: 'connection', labels: 0 }, { type: 'provisioner', labels: 1 }],
  lifecycle: [{ type: 'precondition', labels: 0 }, { type: 'postcondition', labels: 0 }],
  provisioner: [{ type: 'connection', labels: 0 }],
  cloud: [{ type: 'workspaces', labels: 0 }],
  dynamic: [{ type: 'content', labels: 0 }],
}

/** What strings of a JSON body are, by block and argument, where they are not templates; `*` is every other argument. */
const readings: Readonly<Record<string, Readonly<Record<string, Reading>>>> = {
  terraform: { '*': 'literal' },
  required_providers: { '*': 'literal' },
  backend: { '*': 'literal' },
  cloud: { '*': 'literal' },
  workspaces: { '*': 'literal' },
  provider: { alias: 'literal', version: 'literal' },
  variable: { '*': 'literal', type: 'reference' },
  output: { description: 'literal', depends_on: 'reference' },
  module: { source: 'literal', version: 'literal', providers: 'reference', depends_on: 'reference' },
  resource: { provider: 'reference', depends_on: 'reference' },
  data: { provider: 'reference', depends_on: 'reference' },
  ephemeral: { provider: 'reference', depends_on: 'reference' },
  lifecycle: { ignore_changes: 'reference', replace_triggered_by: 'reference' },
  dynamic: { iterator: 'reference' },
  moved: { '*': 'reference' },
  removed: { from: 'reference' },
  import: { to: 'reference', provider: 'reference' },
}

/** The arguments and blocks of a body. `type` is the type of the block it belongs to, which in JSON says what is a block in it. */
export function contentsOf(body: AnyBody, source: Source, type: string, diagnostics: Diagnostic[] = []): Contents {
  if (body.kind === 'body') {
    const { attributes: found } = attributes(body)
    const blocks = body.items.flatMap((item) => (item.kind === 'block' ? [nested(item, source)] : []))
    return { arguments: sourced(found, source), blocks }
  }
  const read = content(body, { attributes: [], blocks: jsonBlocks[type] ?? [] })
  const set = new Map<string, Argument>()
  for (const member of read.rest) {
    if (member.kind !== 'json-member') continue
    const { name, start, end, nameEnd } = member
    if (set.has(name)) diagnostics.push(finding('duplicate-argument', `${name} is already set in this body.`, source, start, nameEnd))
    else set.set(name, { name, source, attribute: { kind: 'attribute', start, end, name, nameEnd, value: expressionOf(member.value, source, diagnostics, readings[type]?.[name] ?? readings[type]?.['*']) } })
  }
  for (const one of read.diagnostics) diagnostics.push(one)
  return { arguments: set, blocks: read.blocks.map((block) => nested(block, source)) }
}

const nested = (block: Block, source: Source): Nested => ({ type: block.type, labels: block.labels.map(({ value }) => value), block, source })

function sourced(found: ReadonlyMap<string, Attribute>, source: Source): Map<string, Argument> {
  const map = new Map<string, Argument>()
  for (const [name, attribute] of found) map.set(name, { name, attribute, source })
  return map
}

/** The declarations of one file's body. */
export function declarationsOf(body: AnyBody, source: Source, diagnostics: Diagnostic[]): Declaration[] {
  const read = content(body, rootSchema)
  for (const one of read.diagnostics) diagnostics.push(one)
  for (const other of read.rest) {
    if (other.kind === 'block') diagnostics.push(loadFinding('unsupported-block', `${other.type} is no block of a configuration.`, { source, start: other.start, end: other.typeEnd }))
    else diagnostics.push(loadFinding('unsupported-argument', `${other.name} is set outside of any block.`, { source, start: other.start, end: other.nameEnd }))
  }
  return read.blocks.flatMap((block) => {
    const kind = block.type
    if (!isKind(kind)) return []
    const wanted = topBlocks[kind]
    const { labels } = block
    if (labels.length !== wanted) {
      diagnostics.push(loadFinding('wrong-labels', `A ${kind} block has ${wanted} label${wanted === 1 ? '' : 's'}, this one has ${labels.length}.`, { source, start: block.start, end: labels.at(-1)?.end ?? block.typeEnd }))
      return []
    }
    return [{ kind, labels: labels.map(({ value }) => value), block, source, ...contentsOf(block.body, source, kind, diagnostics) }]
  })
}
