/**
 * What a JSON value means as an expression (json/spec.md, "Expressions"): strings are templates, objects and arrays constructors, names of members
 * templates too. Ranges point into the JSON text, also where its strings have escapes.
 */
import { type Diagnostic, finding } from '../diagnostics.ts'
import { type Parsed, parseExpression, parseTemplate } from '../parse.ts'
import { Source } from '../source.ts'
import type { Expression, Fragment, JsonString, JsonValue, Node, ObjectItem } from '../tree.ts'
import { walk } from '../walk.ts'

/**
 * What strings are where a value is asked for: templates; text that is taken as it is, where an argument is evaluated without any variables
 * (`default`, `source`); or native expressions, where an argument is not evaluated but names something (`depends_on`, `type`).
 */
export type Reading = 'template' | 'literal' | 'reference'

/** The expression of a value. Findings within its strings are added to `diagnostics`. The result is a new tree each time. */
export function expressionOf(value: JsonValue, source: Source, diagnostics: Diagnostic[] = [], reading: Reading = 'template'): Expression {
  const { start, end } = value
  switch (value.kind) {
    case 'json-string':
      return stringOf(value, source, diagnostics, reading)
    case 'json-number':
      if (value.lexeme.startsWith('-')) return { kind: 'unary', start, end, operator: '-', operand: { kind: 'number', start: start + 1, end, lexeme: value.lexeme.slice(1) } }
      return { kind: 'number', start, end, lexeme: value.lexeme }
    case 'json-keyword':
      return value.value === null ? { kind: 'null', start, end } : { kind: 'bool', start, end, value: value.value }
    case 'json-array':
      return { kind: 'tuple', start, end, items: value.items.map((item) => expressionOf(item, source, diagnostics, reading)) }
    case 'json-object': {
      const seen = new Set<string>()
      const items = value.members.map((member): ObjectItem => {
        if (seen.has(member.name)) diagnostics.push(finding('duplicate-argument', `${JSON.stringify(member.name)} is already set in this object.`, source, member.start, member.nameEnd))
        seen.add(member.name)
        const key = stringOf({ kind: 'json-string', start: member.start, end: member.nameEnd, value: member.name }, source, diagnostics, reading === 'template' ? reading : 'literal')
        return { kind: 'object-item', start: member.start, end: member.end, key, value: expressionOf(member.value, source, diagnostics, reading) }
      })
      return { kind: 'object', start, end, items }
    }
    case 'error':
      return { kind: 'error', start, end }
  }
}

function stringOf({ start, end, value }: JsonString, source: Source, diagnostics: Diagnostic[], reading: Reading): Expression {
  const isPlain = !value.includes('${') && !value.includes('%{')
  if (reading === 'literal' || (reading === 'template' && isPlain)) return { kind: 'string', start, end, value }
  const raw = source.text.slice(start + 1, end - 1)
  const toSource = raw === value ? (offset: number) => start + 1 + offset : mapping(raw, start + 1)
  const parse: (source: Source) => Parsed<Fragment> = reading === 'template' ? parseTemplate : parseExpression
  const parsed = parse(new Source(source.name, value))
  for (const found of parsed.diagnostics) diagnostics.push({ ...found, source, start: toSource(found.start), end: toSource(found.end) })
  const expression = parsed.tree.value
  walk(expression, (node) => moveTo(node, toSource))
  return { ...expression, start, end }
}

/** Offsets of the decoded text to offsets of the source, where escapes make them differ. */
function mapping(raw: string, start: number): (offset: number) => number {
  const table: number[] = []
  for (let i = 0; i < raw.length; ) {
    table.push(start + i)
    i += raw[i] !== '\\' ? 1 : raw[i + 1] === 'u' ? 6 : 2
  }
  table.push(start + raw.length)
  return (offset) => table[offset] ?? start + raw.length
}

/** The tree was made here and nobody has it yet: its offsets may still be set. */
function moveTo(node: Node, toSource: (offset: number) => number): void {
  const open = node as { start: number; end: number; nameEnd?: number; rootEnd?: number; markers?: readonly { start: number; end: number }[] }
  open.start = toSource(open.start)
  open.end = toSource(open.end)
  if (open.nameEnd !== undefined) open.nameEnd = toSource(open.nameEnd)
  if (open.rootEnd !== undefined) open.rootEnd = toSource(open.rootEnd)
  for (const marker of open.markers ?? []) {
    marker.start = toSource(marker.start)
    marker.end = toSource(marker.end)
  }
}
