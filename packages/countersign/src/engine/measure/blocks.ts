/**
 * Reads as much HCL and JSON as lock files and CLI configurations are written in: keys, blocks, lists, strings, plain words.
 *
 * The text may be an attacker's, who wants a block not to be seen here that terraform sees. So nothing is searched for by pattern,
 * and nothing is skipped: what is not understood (a template, a heredoc, an escape of another kind) makes the whole text not understood.
 */
export type Value = string | Block | readonly Value[]
export type Item = { readonly keys: readonly string[]; readonly value: Value }
export type Block = { readonly items: readonly Item[] }

const DEEPEST = 32
const LARGEST = 1024 * 1024
const token = /\s+|#[^\n]*|\/\/[^\n]*|\/\*[^]*?\*\/|("(?:[^"\\\p{Cc}]|\\.)*")|([A-Za-z0-9_.+-]+)|([{}[\]=:,])/uy

/** Undefined when it is not understood. */
export function readBlocks(text: string): Block | undefined {
  try {
    const reader = new Reader(tokens(text))
    const all = reader.peek() === '{' ? reader.value(0) : reader.items(0, undefined)
    return reader.peek() === undefined && isBlock(all) ? all : undefined
  } catch {
    return undefined
  }
}

export function isBlock(value: Value): value is Block {
  return typeof value === 'object' && 'items' in value
}

/** Strings keep their opening quote, so that `"{"` is none of ours. */
function tokens(text: string): string[] {
  if (text.length > LARGEST) throw new RangeError('it is too large')
  const found: string[] = []
  const body = text.replace(/^\uFEFF/, '')
  token.lastIndex = 0
  while (token.lastIndex < body.length) {
    const match = token.exec(body)
    if (!match) throw new SyntaxError('something else')
    const [, string, word, mark] = match
    if (string !== undefined) found.push(`"${unquoted(string)}`)
    else if (word !== undefined) found.push(`w${word}`)
    else if (mark !== undefined) found.push(mark)
  }
  return found
}

/** Throws for an escape that JSON does not know, and for a template. */
function unquoted(string: string): string {
  if (/[$%]\{/.test(string)) throw new SyntaxError('a template')
  return JSON.parse(string) as string
}

class Reader {
  readonly #tokens: readonly string[]
  #at = 0

  constructor(all: readonly string[]) {
    this.#tokens = all
  }

  peek(): string | undefined {
    return this.#tokens[this.#at]
  }

  take(expected?: string): string {
    const next = this.#tokens[this.#at++]
    if (next === undefined || (expected !== undefined && next !== expected)) throw new SyntaxError('something else was expected')
    return next
  }

  value(depth: number): Value {
    if (depth > DEEPEST) throw new RangeError('it is too deep')
    const first = this.take()
    if (first === '{') return this.items(depth, '}')
    if (first === '[') return this.list(depth)
    return textOf(first)
  }

  items(depth: number, end: string | undefined): Block {
    const items: Item[] = []
    while (this.peek() !== end) {
      items.push(this.item(depth))
      if (this.peek() === ',') this.take()
    }
    if (end !== undefined) this.take(end)
    return { items }
  }

  item(depth: number): Item {
    const keys = [textOf(this.take())]
    while (this.peek() !== '{' && this.peek() !== '=' && this.peek() !== ':') keys.push(textOf(this.take()))
    if (this.peek() !== '{') this.take()
    return { keys, value: this.value(depth + 1) }
  }

  list(depth: number): readonly Value[] {
    const values: Value[] = []
    while (this.peek() !== ']') {
      values.push(this.value(depth + 1))
      if (this.peek() !== ']') this.take(',')
    }
    this.take(']')
    return values
  }
}

function textOf(found: string): string {
  if (!found.startsWith('"') && !found.startsWith('w')) throw new SyntaxError('a word or a string was expected')
  return found.slice(1)
}
