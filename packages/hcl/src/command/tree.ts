/** `hcl tree`: how a file is understood. */
import { readFileSync } from 'node:fs'
import { parseFile } from '../load/file.ts'
import { hasErrors } from '../syntax/diagnostics.ts'
import type { Source } from '../syntax/source.ts'
import type { JsonValue, Node } from '../syntax/tree.ts'
import { children } from '../syntax/walk.ts'
import { lineOf } from './report.ts'
import { UsageError, type Words } from './words.ts'

/** What a node says of itself beyond its kind. */
function said(node: Node): string {
  const parts: string[] = []
  for (const [key, found] of Object.entries(node)) {
    if (key === 'kind') continue
    if (typeof found === 'string') parts.push(JSON.stringify(found))
    else if (found === true && key !== 'value') parts.push(key)
  }
  if (node.kind === 'bool') parts.push(String(node.value))
  return parts.length === 0 ? '' : ` ${parts.join(' ')}`
}

function jsonChildren(value: JsonValue): readonly { node: JsonValue; name: string }[] {
  if (value.kind === 'json-object') return value.members.map(({ name, value: node }) => ({ node, name: `${JSON.stringify(name)}: ` }))
  return value.kind === 'json-array' ? value.items.map((node) => ({ node, name: '' })) : []
}

function at(source: Source, span: { readonly start: number; readonly end: number }): string {
  const { start, end } = source.range(span)
  return `${start.line}:${start.column}-${end.line}:${end.column}`
}

function* lines(source: Source, root: Node): Generator<string> {
  const waiting: [Node, number][] = [[root, 0]]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [node, depth] = next
    yield `${'  '.repeat(depth)}${node.kind} ${at(source, node)}${said(node)}\n`
    for (const child of children(node).toReversed()) waiting.push([child, depth + 1])
  }
}

function* jsonLines(source: Source, root: JsonValue): Generator<string> {
  const waiting: [JsonValue, number, string][] = [[root, 0, '']]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [node, depth, name] = next
    const text = node.kind === 'json-string' ? ` ${JSON.stringify(node.value)}` : node.kind === 'json-number' || node.kind === 'json-keyword' ? ` ${source.slice(node)}` : ''
    yield `${'  '.repeat(depth)}${name}${node.kind} ${at(source, node)}${text}\n`
    for (const child of jsonChildren(node).toReversed()) waiting.push([child.node, depth + 1, child.name])
  }
}

/** The command. */
export function tree({ flags, rest }: Words): number {
  const [path, ...more] = rest
  if (path === undefined || more.length > 0) throw new UsageError('Which file? One, please.')
  const bytes = readFileSync(path === '-' ? 0 : path)
  const { tree: parsed, diagnostics } = parseFile(path === '-' ? '<stdin>' : path, bytes)
  const { source } = parsed
  if (flags.has('json')) process.stdout.write(`${JSON.stringify(parsed.kind === 'file' ? parsed : parsed.value, (key, value: unknown) => (key === 'source' ? undefined : value))}\n`)
  else for (const line of parsed.kind === 'file' ? lines(source, parsed) : jsonLines(source, parsed.value)) process.stdout.write(line)
  process.stderr.write(diagnostics.map(lineOf).join(''))
  return hasErrors(diagnostics) ? 1 : 0
}
