/**
 * Reading a body against a schema, the same for both syntaxes (json/spec.md, "Structural Elements"): in JSON only the schema says what is an
 * argument and what is a block with how many labels.
 */
import { type Diagnostic, finding } from './diagnostics.ts'
import { expressionOf, type Reading } from './json/expression.ts'
import type { Source } from './source.ts'
import type { AnyBody, Attribute, Block, Body, JsonBody, JsonMember, JsonValue, Label } from './tree.ts'

/** What is expected in a body: names of arguments, and types of blocks with the number of their labels. */
export interface Schema {
  readonly attributes: readonly string[]
  readonly blocks: readonly { readonly type: string; readonly labels: number }[]
}

/** What a schema found, in source order, and what it has no place for. */
export interface Content {
  readonly attributes: ReadonlyMap<string, Attribute>
  readonly blocks: readonly Block[]
  /** Arguments, blocks and JSON members that the schema does not name. */
  readonly rest: readonly (Attribute | Block | JsonMember)[]
  readonly diagnostics: readonly Diagnostic[]
}

/** Reads a body against a schema. Of an argument that is set twice the first counts. `reading` is what JSON strings are. */
export function content(body: AnyBody, schema: Schema, reading: Reading = 'template'): Content {
  return body.kind === 'body' ? nativeContent(body, schema) : jsonContent(body, schema, reading)
}

/** All arguments of a body without a schema: in JSON every member is one (but `//`, which is a comment). */
export function attributes(body: AnyBody, reading: Reading = 'template'): { readonly attributes: ReadonlyMap<string, Attribute>; readonly diagnostics: readonly Diagnostic[] } {
  if (body.kind === 'body') return nativeContent(body, { attributes: body.items.flatMap((item) => (item.kind === 'attribute' ? [item.name] : [])), blocks: [] })
  const diagnostics: Diagnostic[] = []
  const names = members(body.value, body.source, diagnostics).map(({ name }) => name)
  const found = jsonContent(body, { attributes: names, blocks: [] }, reading)
  return { attributes: found.attributes, diagnostics: [...diagnostics, ...found.diagnostics] }
}

function nativeContent(body: Body, schema: Schema): Content {
  const names = new Set(schema.attributes)
  const types = new Set(schema.blocks.map(({ type }) => type))
  const found = new Map<string, Attribute>()
  const blocks: Block[] = []
  const rest: (Attribute | Block)[] = []
  for (const item of body.items) {
    if (item.kind === 'attribute') {
      if (!names.has(item.name)) rest.push(item)
      else if (!found.has(item.name)) found.set(item.name, item)
    } else if (item.kind === 'block') (types.has(item.type) ? blocks : rest).push(item)
  }
  return { attributes: found, blocks, rest, diagnostics: [] }
}

function jsonContent(body: JsonBody, schema: Schema, reading: Reading): Content {
  const { source } = body
  const diagnostics: Diagnostic[] = []
  const names = new Set(schema.attributes)
  const types = new Map(schema.blocks.map(({ type, labels }) => [type, labels]))
  const found = new Map<string, Attribute>()
  const blocks: Block[] = []
  const rest: JsonMember[] = []
  for (const member of members(body.value, source, diagnostics)) {
    const { name, start, nameEnd, end } = member
    const labels = types.get(name)
    if (labels !== undefined) unpack(member, labels, [], member.value, source, blocks, diagnostics)
    else if (!names.has(name)) rest.push(member)
    else if (found.has(name)) diagnostics.push(finding('duplicate-argument', `${name} is already set in this body.`, source, start, nameEnd))
    else found.set(name, { kind: 'attribute', start, end, name, nameEnd, value: expressionOf(member.value, source, diagnostics, reading) })
  }
  return { attributes: found, blocks, rest, diagnostics }
}

/** The members of an object, or of all objects of an array, without comments. */
function members(value: JsonValue, source: Source, diagnostics: Diagnostic[]): JsonMember[] {
  if (value.kind === 'json-object') return value.members.filter(({ name }) => name !== '//')
  if (value.kind === 'json-array') return value.items.flatMap((item) => (item.kind === 'json-array' ? wrong(item, source, diagnostics) : members(item, source, diagnostics)))
  return value.kind === 'error' ? [] : wrong(value, source, diagnostics)
}

function wrong(value: JsonValue, source: Source, diagnostics: Diagnostic[]): [] {
  diagnostics.push(finding('invalid-structure', 'A JSON object is needed here, or an array of objects.', source, value.start, value.end))
  return []
}

/** One block or many: a level of objects for each label, then an object for the body or an array of them; null is none. */
function unpack(of: JsonMember, left: number, labels: readonly Label[], value: JsonValue, source: Source, blocks: Block[], diagnostics: Diagnostic[]): void {
  if (value.kind === 'json-keyword' && value.value === null) return
  if (left > 0) {
    for (const { name, start, nameEnd, value: inner } of members(value, source, diagnostics)) {
      unpack(of, left - 1, [...labels, { kind: 'label', start, end: nameEnd, value: name }], inner, source, blocks, diagnostics)
    }
    return
  }
  for (const one of value.kind === 'json-array' ? value.items : [value]) {
    if (one.kind === 'json-keyword' && one.value === null) continue
    if (one.kind !== 'json-object') {
      if (one.kind !== 'error') wrong(one, source, diagnostics)
      continue
    }
    const body: JsonBody = { kind: 'json-body', start: one.start, end: one.end, source, value: one }
    blocks.push({ kind: 'block', start: of.start, end: one.end, type: of.name, typeEnd: of.nameEnd, labels, body })
  }
}
