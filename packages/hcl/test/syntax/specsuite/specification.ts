/**
 * Reading a body by an hcldec specification, as far as the specification suite goes: the language of its `.hcldec` files (hashicorp/hcl,
 * cmd/hcldec/spec-format.md). It stands on the package's public door, and so tests bodies and expressions of both syntaxes at once.
 */
import { evaluateExpression } from '../../../src/evaluate/evaluate.ts'
import { type Scope, variableScope } from '../../../src/evaluate/scope.ts'
import { constraintOf } from '../../../src/evaluate/type-expression.ts'
import { type AnyBody, attributes, type Block, type Body, content, type Diagnostic, type Expression, type Source } from '../../../src/index.ts'
import { convert, unify } from '../../../src/value/convert.ts'
import { set } from '../../../src/value/set.ts'
import { any, mapOf, objectOf, type Type } from '../../../src/value/type.ts'
import { dynamic, list, map, nullOf, object, tuple, type Value } from '../../../src/value/value.ts'

/** A finding of reading by a specification. */
export type Found = Pick<Diagnostic, 'start' | 'end'> & { readonly what: string }

/** What a part of a specification takes from a body, and what it makes of it. */
interface Part {
  readonly attributes: readonly string[]
  readonly blocks: readonly { readonly type: string; readonly labels: number }[]
  read(from: Reading): Value
}

interface Reading {
  readonly attributes: ReadonlyMap<string, { readonly value: Expression }>
  readonly blocks: readonly Block[]
  readonly source: Source
  readonly scope: Scope
  readonly end: number
  readonly found: Found[]
}

interface Given {
  readonly source: Source
  readonly scope: Scope
  readonly argument: (name: string) => Expression | undefined
  readonly label: string | undefined
  readonly inner: readonly Block[]
}

const kinds: Readonly<Record<string, (given: Given) => Part>> = {
  object: (given) => all(given, (parts, from) => object(parts.map(([name, part]) => [name, part.read(from)] as const))),
  array: (given) => all(given, (parts, from) => tuple(parts.map(([, part]) => part.read(from)))),
  attr: attribute,
  literal: ({ argument, source, scope }) => ({ attributes: [], blocks: [], read: () => valueOf(argument('value'), source, scope) }),
  block: (given) => blockPart(given, 0, (blocks, each, from) => {
    if (blocks.length > 1) from.found.push({ what: 'more than one block', start: blocks[1]?.start ?? 0, end: blocks[1]?.typeEnd ?? 0 })
    const [only] = blocks
    return only === undefined ? nullOf(any) : each(only)
  }),
  block_list: (given) => blockPart(given, 0, (blocks, each) => listOfAll(blocks.map(each))),
  block_tuple: (given) => blockPart(given, 0, (blocks, each) => tuple(blocks.map(each))),
  block_set: (given) => blockPart(given, 0, (blocks, each) => {
    const values = blocks.map(each)
    return set(values[0]?.type ?? any, values)
  }),
  block_map: (given) => {
    const depth = strings(given.argument('labels')).length
    return blockPart(given, depth, (blocks, each) => byLabels(blocks, each, 0, depth))
  },
  block_attrs: blockAttributes,
  default: (given) => {
    const [first, second] = given.inner.map((block) => part(block, given.source, given.scope))
    return {
      attributes: [...(first?.attributes ?? []), ...(second?.attributes ?? [])],
      blocks: [...(first?.blocks ?? []), ...(second?.blocks ?? [])],
      read: (from) => {
        const value = first?.read(from) ?? nullOf(any)
        return value.data === null ? (second?.read(from) ?? value) : value
      },
    }
  },
  transform: (given) => {
    const [inner] = given.inner.map((block) => part(block, given.source, given.scope))
    return {
      attributes: inner?.attributes ?? [],
      blocks: inner?.blocks ?? [],
      read: (from) => valueOf(given.argument('result'), given.source, variableScope(new Map([['nested', inner?.read(from) ?? dynamic]]))),
    }
  },
}

const strings = (expression: Expression | undefined): string[] => (expression?.kind === 'tuple' ? expression.items.flatMap((item) => (item.kind === 'string' ? [item.value] : [])) : [])
const textOf = (expression: Expression | undefined): string | undefined => (expression?.kind === 'string' ? expression.value : undefined)

function valueOf(expression: Expression | undefined, source: Source, scope: Scope): Value {
  return expression === undefined ? nullOf(any) : evaluateExpression(expression, scope, source).value
}

function listOfAll(values: readonly Value[]): Value {
  const unified = unify(values.map(({ type }) => type), true)
  const type = unified?.type ?? objectOf([])
  return list(type, values.map((value) => convert(value, type)))
}

/** A part made of all parts within. */
function all(given: Given, read: (parts: readonly (readonly [string, Part])[], from: Reading) => Value): Part {
  const parts = given.inner.map((block) => [block.labels[0]?.value ?? '', part(block, given.source, given.scope)] as const)
  return { attributes: parts.flatMap(([, one]) => one.attributes), blocks: parts.flatMap(([, one]) => one.blocks), read: (from) => read(parts, from) }
}

function attribute(given: Given): Part {
  const name = textOf(given.argument('name')) ?? given.label ?? ''
  const written = given.argument('type')
  const type: Type = written === undefined ? any : constraintOf(written, given.source, [], () => dynamic).type
  const required = given.argument('required')
  return {
    attributes: [name],
    blocks: [],
    read: (from) => {
      const set = from.attributes.get(name)
      if (set === undefined) {
        if (required?.kind === 'bool' && required.value) from.found.push({ what: `${name} is missing`, start: from.end, end: from.end })
        return nullOf(type)
      }
      const { value, diagnostics } = evaluateExpression(set.value, from.scope, from.source)
      for (const { summary, start, end } of diagnostics) from.found.push({ what: summary, start, end })
      try {
        return convert(value, type)
      } catch {
        from.found.push({ what: `${name} has the wrong type`, start: set.value.start, end: set.value.end })
        return dynamic
      }
    },
  }
}

function blockPart(given: Given, labels: number, make: (blocks: readonly Block[], each: (block: Block) => Value, from: Reading) => Value): Part {
  const type = textOf(given.argument('block_type')) ?? given.label ?? ''
  const [inner] = given.inner.map((block) => part(block, given.source, given.scope))
  const required = given.argument('required')
  return {
    attributes: [],
    blocks: [{ type, labels }],
    read: (from) => {
      const blocks = from.blocks.filter((block) => block.type === type)
      if (blocks.length === 0 && required?.kind === 'bool' && required.value) from.found.push({ what: `a ${type} block is missing`, start: from.end, end: from.end })
      return make(blocks, (block) => (inner === undefined ? dynamic : readBy(inner, block.body, from.source, from.scope, from.found)), from)
    },
  }
}

function byLabels(blocks: readonly Block[], each: (block: Block) => Value, depth: number, most: number): Value {
  const [first] = blocks
  if (depth === most) return first === undefined ? nullOf(any) : each(first)
  const groups = new Map<string, Block[]>()
  for (const block of blocks) {
    const label = block.labels[depth]?.value ?? ''
    groups.set(label, [...(groups.get(label) ?? []), block])
  }
  const values = [...groups].map(([label, group]) => [label, byLabels(group, each, depth + 1, most)] as const)
  return map(values[0]?.[1].type ?? any, values)
}

function blockAttributes(given: Given): Part {
  const type = textOf(given.argument('block_type')) ?? given.label ?? ''
  const written = given.argument('element_type')
  const element: Type = written === undefined ? any : constraintOf(written, given.source, [], () => dynamic).type
  return {
    attributes: [],
    blocks: [{ type, labels: 0 }],
    read: (from) => {
      const block = from.blocks.find((one) => one.type === type)
      if (block === undefined) return nullOf(mapOf(element))
      const values = [...attributes(block.body).attributes].map(([name, { value }]) => [name, valueOf(value, from.source, from.scope)] as const)
      return convert(object(values), mapOf(element))
    },
  }
}

function part(block: Block, source: Source, scope: Scope): Part {
  const kind = kinds[block.type]
  if (kind === undefined) throw new Error(`the specification has a ${block.type}, which is not known here`)
  const read = attributes(block.body).attributes
  const inner = block.body.kind === 'body' ? block.body.items.flatMap((item) => (item.kind === 'block' ? [item] : [])) : []
  return kind({ source, scope, argument: (name) => read.get(name)?.value, label: block.labels[0]?.value, inner })
}

function readBy(by: Part, body: AnyBody, source: Source, scope: Scope, found: Found[]): Value {
  const read = content(body, by)
  for (const other of read.rest) {
    const end = other.kind === 'block' ? other.typeEnd : other.nameEnd
    found.push({ what: `unexpected ${other.kind}`, start: other.start, end })
  }
  for (const { summary, start, end } of read.diagnostics) found.push({ what: summary, start, end })
  return by.read({ attributes: read.attributes, blocks: read.blocks, source, scope, end: body.end, found })
}

/** Reads a body by the specification in a `.hcldec` file. */
export function readBySpecification(specification: Body, of: Source, body: AnyBody, source: Source): { readonly value: Value; readonly found: readonly Found[] } {
  const found: Found[] = []
  const blocks = specification.items.flatMap((item) => (item.kind === 'block' ? [item] : []))
  const variables = new Map<string, Value>()
  for (const block of blocks) {
    if (block.type !== 'variables') continue
    for (const [name, { value }] of attributes(block.body).attributes) variables.set(name, valueOf(value, of, variableScope(new Map())))
  }
  const root = blocks.find(({ type }) => type !== 'variables' && type !== 'function')
  if (root === undefined) throw new Error('the specification is empty')
  return { value: readBy(part(root, of, variableScope(variables)), body, source, variableScope(variables), found), found }
}

