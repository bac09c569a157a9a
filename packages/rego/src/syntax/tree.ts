/**
 * The tree that the parser makes: what was written, nothing resolved. `at` is an offset into the source's text; `Source.locate`
 * turns it into row and column.
 */
import type { Location } from '../error.ts'
import type { Value } from '../value/index.ts'

export type Term =
  | { readonly kind: 'value'; readonly value: Value; readonly at: number }
  | { readonly kind: 'var'; readonly name: string; readonly at: number }
  | { readonly kind: 'ref'; readonly head: Term; readonly path: readonly Term[]; readonly at: number }
  | { readonly kind: 'array'; readonly items: readonly Term[]; readonly at: number }
  | { readonly kind: 'set'; readonly items: readonly Term[]; readonly at: number }
  | { readonly kind: 'object'; readonly pairs: readonly (readonly [Term, Term])[]; readonly at: number }
  | { readonly kind: 'call'; readonly name: Term; readonly args: readonly Term[]; readonly at: number; readonly operator: boolean }
  | { readonly kind: 'each'; readonly of: 'array' | 'set' | 'object'; readonly key?: Term; readonly value: Term; readonly body: readonly Literal[]; readonly at: number }
  | { readonly kind: 'template'; readonly parts: readonly (string | Literal)[]; readonly at: number }

export type With = { readonly target: Term; readonly value: Term; readonly at: number }

export type Literal = { readonly at: number; readonly negated: boolean; readonly with: readonly With[] } & (
  | { readonly kind: 'term'; readonly term: Term }
  | { readonly kind: 'some'; readonly names: readonly (Term & { kind: 'var' })[] }
  | { readonly kind: 'some-in'; readonly key?: Term; readonly value: Term; readonly domain: Term }
  | { readonly kind: 'every'; readonly key?: Term; readonly value: Term; readonly domain: Term; readonly body: readonly Literal[] }
)

export type Branch = { readonly value: Term | undefined; readonly body: readonly Literal[]; readonly assign: boolean; readonly at: number }

export type Rule = {
  /** What the head refers to; `contains` rules without their key. The first is a variable. */
  readonly path: readonly Term[]
  readonly args: readonly Term[] | undefined
  /** Of `contains` rules, and of partial sets in v0. */
  readonly contains: Term | undefined
  /** The head's value and body, then one for each `else`. */
  readonly branches: readonly [Branch, ...Branch[]]
  readonly isDefault: boolean
  readonly annotations: readonly Annotation[]
  readonly at: number
  /** The end of the rule's text. */
  readonly end: number
}

export type Import = { readonly path: readonly string[]; readonly alias: string | undefined; readonly at: number }

export type Scope = 'rule' | 'document' | 'package' | 'subpackages'
/** One `# METADATA` block: its members as JSON, `scope` among them. */
export type Annotation = { readonly scope: Scope; readonly value: { readonly [key: string]: Value }; readonly at: number }

export type Comment = { readonly text: string; readonly at: number }

export type Module = {
  readonly source: Source
  readonly package: readonly string[]
  readonly packageAt: number
  readonly imports: readonly Import[]
  readonly rules: readonly Rule[]
  readonly annotations: readonly Annotation[]
  readonly comments: readonly Comment[]
  readonly version: 'v0' | 'v1'
}

function codePoints(text: string, from: number, to: number): number {
  let count = 0
  for (let i = from; i < to; i++) if (!isLowSurrogate(text.charCodeAt(i))) count++
  return count
}

const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff

/** A file's text, and where its lines begin. */
export class Source {
  readonly file: string
  readonly text: string
  #lines: number[] | undefined

  constructor(file: string, text: string) {
    this.file = file
    this.text = text
  }

  locate(at: number): Location {
    const lines = (this.#lines ??= this.#begin())
    let low = 0
    let high = lines.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((lines[middle] ?? 0) <= at) low = middle
      else high = middle - 1
    }
    const begin = lines[low] ?? 0
    return { file: this.file, row: low + 1, col: codePoints(this.text, begin, Math.min(at, begin + 10_000)) + 1 }
  }

  #begin(): number[] {
    const lines = [0]
    for (let at = this.text.indexOf('\n'); at >= 0; at = this.text.indexOf('\n', at + 1)) lines.push(at + 1)
    return lines
  }
}
