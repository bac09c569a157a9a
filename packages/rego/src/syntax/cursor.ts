/**
 * The parser's place among the tokens, and its complaints. A complaint is thrown as a plain `Failure`, which the parser's door
 * turns into a diagnostic; some callers catch one to try another reading.
 */
import { always, everyKeyword, future } from './keywords.ts'
import type { Token } from './scanner.ts'
import type { Literal, Term } from './tree.ts'

export class Failure {
  readonly message: string
  readonly at: number

  constructor(message: string, at: number) {
    this.message = message
    this.at = at
  }
}

/** How deep terms may nest. Deeper ones are refused before the machine's stack is. */
export const depthLimit = 400

/** Terms hold bodies and bodies hold terms: the readers of terms reach those of bodies through here. */
export type Grammar = {
  readonly literal: (c: Cursor) => Literal
  readonly body: (c: Cursor, end: string) => Literal[]
  readonly expression: (c: Cursor, pair: boolean) => Term
  readonly term: (c: Cursor) => Term
}

export class Cursor {
  readonly tokens: readonly Token[]
  readonly grammar: Grammar
  position = 0
  depth = 0
  readonly keywords: Set<string>
  /** Long terms that were read, by the place where they begin. */
  readonly read = new Map<number, { readonly term: Term; readonly position: number }>()

  constructor(tokens: readonly Token[], version: 'v0' | 'v1', grammar: Grammar) {
    this.grammar = grammar
    this.tokens = tokens
    this.keywords = new Set(version === 'v1' ? everyKeyword : always)
  }

  get token(): Token {
    return this.tokens[this.position] ?? (this.tokens[this.tokens.length - 1] as Token)
  }

  /** The token after this one. */
  get following(): Token {
    return this.tokens[this.position + 1] ?? (this.tokens[this.tokens.length - 1] as Token)
  }

  /** The end of the token before this one. */
  get lastEnd(): number {
    return this.tokens[this.position - 1]?.end ?? 0
  }

  advance(): Token {
    const token = this.token
    if (this.position < this.tokens.length - 1) this.position++
    return token
  }

  isSymbol(text: string): boolean {
    const token = this.token
    return token.kind === 'symbol' && token.text === text
  }

  isKeyword(text: string): boolean {
    const token = this.token
    return token.kind === 'ident' && token.text === text && this.keywords.has(text) && !this.isReferenceKeyword()
  }

  get atEnd(): boolean {
    return this.token.kind === 'eof'
  }

  /** An identifier that no keyword claims. `contains` is a keyword in rule heads only. */
  isName(): boolean {
    const { kind, text } = this.token
    return kind === 'ident' && (text === 'contains' || !this.keywords.has(text))
  }

  /** A keyword that begins a reference, such as `if.x`: a dot or bracket follows at once. */
  isReferenceKeyword(): boolean {
    const { kind, text } = this.token
    const next = this.following
    return kind === 'ident' && (this.keywords.has(text) || everyKeyword.has(text)) && next.kind === 'symbol' && !next.spaced && (next.text === '.' || next.text === '[')
  }

  take(text: string): boolean {
    if (!this.isSymbol(text)) return false
    this.advance()
    return true
  }

  expect(text: string, note?: string): void {
    if (!this.take(text)) this.fail(note ?? `expected ${text}`)
  }

  fail(note = ''): never {
    const token = this.token
    if (token.kind === 'illegal') throw new Failure(token.text, token.at)
    const name = token.kind === 'eof' ? 'eof' : token.kind === 'symbol' ? token.text : token.kind === 'ident' ? (this.keywords.has(token.text) ? token.text : 'ident') : token.kind
    const kind = token.kind === 'ident' && (always.has(token.text) || future.has(token.text)) && name !== 'ident' ? 'keyword' : 'token'
    throw new Failure(`unexpected ${name} ${kind}${note === '' ? '' : `: ${note}`}`, token.at)
  }

  /** One level deeper; the caller takes it back from `depth` when it is through. */
  enter(): void {
    if (++this.depth > depthLimit) throw new Failure('max nesting depth reached', this.token.at)
  }

  /** Reads, or returns undefined and stands where it stood. */
  attempt<T>(read: () => T | undefined): T | undefined {
    const { position, depth } = this
    try {
      const result = read()
      if (result !== undefined) return result
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure
    }
    this.position = position
    this.depth = depth
    return undefined
  }
}
