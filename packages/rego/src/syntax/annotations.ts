/** `# METADATA`: comments on lines of their own, one after another, whose text after that mark is YAML. */
import { library } from '#library'
import { bare, fromJavaScript, isArray, isPlain, type PlainObject, type Value } from '../value/index.ts'
import { Failure } from './cursor.ts'
import type { Annotation, Comment, Scope, Source } from './tree.ts'

export type Block = { readonly yaml: string; readonly at: number; readonly end: number; readonly row: number; readonly lastRow: number }

/** The blocks among the comments, in order. */
export function findBlocks(source: Source, comments: readonly Comment[]): Block[] {
  const blocks: Block[] = []
  for (let i = 0; i < comments.length; i++) {
    const first = comments[i]
    if (first === undefined || first.text.trim() !== 'METADATA') continue
    const place = source.locate(first.at)
    const lines: string[] = []
    let row = place.row
    let end = first.at + first.text.length + 1
    for (let next = comments[i + 1]; next !== undefined; next = comments[i + 1]) {
      const found = source.locate(next.at)
      if (found.row !== row + 1 || found.col !== place.col || next.text.trim() === 'METADATA') break
      lines.push(next.text)
      end = next.at + next.text.length + 1
      row = found.row
      i++
    }
    blocks.push({ yaml: lines.join('\n'), at: first.at, end, row: place.row, lastRow: row })
  }
  return blocks
}

const scopes: ReadonlySet<string> = new Set(['rule', 'document', 'package', 'subpackages'])

/** Parses a block; `usual` is the scope where none is written. Throws a Failure at the block. */
export function parseBlock(block: Block, usual: Scope): Annotation {
  let read: unknown
  try {
    read = library.yaml().parse(block.yaml, { maxAliasCount: 100 })
  } catch (error) {
    throw new Failure(`yaml: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'unreadable'}`, block.at)
  }
  if (read === null || typeof read !== 'object' || Array.isArray(read)) throw new Failure('expected METADATA block, found whitespace', block.at)
  const raw = fromJavaScript(read) as PlainObject
  // an entrypoint is a whole document, unless it says otherwise
  const scope = raw['scope'] ?? (usual === 'rule' && raw['entrypoint'] === true ? 'document' : usual)
  if (typeof scope !== 'string' || !scopes.has(scope)) throw new Failure(`invalid scope "${bare(scope)}", must be one of: package, subpackages, rule, document`, block.at)
  const value: Record<string, Value> = { scope }
  for (const name of ['title', 'description', 'organizations', 'custom', 'schemas', 'entrypoint']) {
    const one = raw[name]
    if (one !== undefined && one !== null) value[name] = one
  }
  const authors = raw['authors']
  if (isArray(authors)) value['authors'] = authors.map(author)
  const related = raw['related_resources']
  if (isArray(related)) value['related_resources'] = related.map((one) => (typeof one === 'string' ? { ref: one } : one))
  return { scope: scope as Scope, value, at: block.at }
}

/** `Name <mail>` or an object with both. */
function author(one: Value): Value {
  if (isPlain(one) || typeof one !== 'string') return one
  const parts = /^(.*?)\s*(?:<([^<>]*)>)?$/.exec(one.trim())
  const [name, email] = [parts?.[1] ?? '', parts?.[2] ?? '']
  return { ...(name === '' ? {} : { name }), ...(email === '' ? {} : { email }) }
}
