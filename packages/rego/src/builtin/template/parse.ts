/** Templates of Go's text/template, parsed: text, actions, `if`, `range`, `with`, `define`, `template`, `block`, comments, trimming. */
import { BuiltinFault } from '../registry.ts'
import { lex, type Word } from './lex.ts'

export type Operand =
  | { readonly kind: 'value'; readonly value: string | number | bigint | boolean | null }
  | { readonly kind: 'dot' }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'pipe'; readonly pipe: Pipe }
  | { readonly kind: 'field'; readonly of: Operand; readonly names: readonly string[] }

export type Command = readonly Operand[]
export type Pipe = { readonly declares: readonly string[]; readonly assigns: boolean; readonly commands: readonly Command[] }

export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'print'; readonly pipe: Pipe }
  | { readonly kind: 'if' | 'with' | 'range'; readonly pipe: Pipe; readonly body: readonly Node[]; readonly otherwise: readonly Node[] }
  | { readonly kind: 'template'; readonly name: string; readonly pipe: Pipe | undefined }
  | { readonly kind: 'break' | 'continue' }

export type Template = { readonly body: readonly Node[]; readonly named: ReadonlyMap<string, readonly Node[]> }

type Piece = { readonly text: string } | { readonly words: Word[] }

/** Throws a BuiltinFault where the text is no template. */
export function parseTemplate(text: string): Template {
  const parser = new Parser(pieces(text))
  const { nodes, end } = parser.list(0)
  if (end !== undefined) throw fault(`unexpected {{${end}}}`)
  return { body: nodes, named: parser.named }
}

const fault = (message: string): BuiltinFault => new BuiltinFault(`template: : ${message}`)

/** Deeper nesting is refused. */
const deepest = 200

function pieces(text: string): Piece[] {
  const out: Piece[] = []
  let trim = false
  for (let at = 0; at <= text.length; ) {
    const open = text.indexOf('{{', at)
    let plain = text.slice(at, open < 0 ? text.length : open)
    if (trim) plain = plain.trimStart()
    const trimsLeft = open >= 0 && /^\{\{-\s/.test(text.slice(open, open + 4))
    if (trimsLeft) plain = plain.trimEnd()
    if (plain !== '') out.push({ text: plain })
    if (open < 0) return out
    const start = open + (trimsLeft ? 3 : 2)
    const comment = /^\s*\/\*[\s\S]*?\*\/\s*?(\s-)?\}\}/.exec(text.slice(start))
    if (comment !== null) {
      at = start + comment[0].length
      trim = comment[1] !== undefined
      continue
    }
    const { words, end, trimsRight } = lex(text, start)
    out.push({ words })
    trim = trimsRight
    at = end
  }
  return out
}

class Parser {
  readonly named = new Map<string, readonly Node[]>()
  readonly #pieces: readonly Piece[]
  #at = 0
  #loops = 0

  constructor(all: readonly Piece[]) {
    this.#pieces = all
  }

  /** Nodes up to `end` or `else`, which is returned with what follows it. */
  list(depth: number): { readonly nodes: Node[]; readonly end: string | undefined; readonly rest: Word[] } {
    if (depth > deepest) throw fault('the template nests too deep')
    const nodes: Node[] = []
    while (this.#at < this.#pieces.length) {
      const piece = this.#pieces[this.#at++] as Piece
      if ('text' in piece) {
        nodes.push({ kind: 'text', text: piece.text })
        continue
      }
      const [first, ...rest] = piece.words
      const word = first?.kind === 'name' ? first.text : ''
      if (word === 'end' || word === 'else') return { nodes, end: word, rest }
      const node = this.#action(word, piece.words, rest, depth)
      if (node !== undefined) nodes.push(node)
    }
    return { nodes, end: undefined, rest: [] }
  }

  #action(word: string, words: Word[], rest: Word[], depth: number): Node | undefined {
    switch (word) {
      case 'if':
      case 'with':
      case 'range': return this.#control(word, rest, depth)
      case 'break':
      case 'continue':
        if (this.#loops === 0) throw fault(`{{${word}}} outside {{range}}`)
        return { kind: word }
      case 'define':
      case 'block': {
        const name = this.#name(rest)
        this.named.set(name, this.#body(depth))
        return word === 'define' ? undefined : { kind: 'template', name, pipe: pipeOf(rest.slice(1)) }
      }
      case 'template': return { kind: 'template', name: this.#name(rest), pipe: rest.length > 1 ? pipeOf(rest.slice(1)) : undefined }
      default: {
        if (words.length === 0) throw fault('missing value for command')
        return { kind: 'print', pipe: pipeOf(words) }
      }
    }
  }

  #name(words: readonly Word[]): string {
    const [name] = words
    if (name?.kind !== 'string') throw fault('unexpected token in template clause')
    return name.text
  }

  #body(depth: number): Node[] {
    const { nodes, end } = this.list(depth + 1)
    if (end !== 'end') throw fault(end === undefined ? 'unexpected EOF' : 'unexpected {{else}}')
    return nodes
  }

  #control(kind: 'if' | 'with' | 'range', words: Word[], depth: number): Node {
    if (words.length === 0) throw fault(`missing value for ${kind}`)
    if (kind === 'range') this.#loops++
    const pipe = pipeOf(words)
    const { nodes: body, end, rest } = this.list(depth + 1)
    if (kind === 'range') this.#loops--
    if (end === undefined) throw fault('unexpected EOF')
    if (end === 'end') return { kind, pipe, body, otherwise: [] }
    const [next] = rest
    // `else if` shares the end of the first `if`
    if (next?.kind === 'name' && next.text === kind && kind !== 'range') return { kind, pipe, body, otherwise: [this.#control(kind, rest.slice(1), depth + 1)] }
    if (rest.length > 0) throw fault('unexpected token in else')
    return { kind, pipe, body, otherwise: this.#body(depth) }
  }
}

function pipeOf(words: Word[]): Pipe {
  let rest = words
  const declares: string[] = []
  let assigns = false
  const at = words.findIndex((word) => word.text === ':=' || word.text === '=')
  if (at > 0 && words.slice(0, at).every((word) => word.kind === 'variable' || word.text === ',')) {
    for (const word of words.slice(0, at)) if (word.kind === 'variable') declares.push(word.text)
    assigns = words[at]?.text === '='
    rest = words.slice(at + 1)
  }
  const reader = new Commands(rest)
  return { declares, assigns, commands: reader.read(0) }
}

class Commands {
  readonly #words: readonly Word[]
  #at = 0

  constructor(words: readonly Word[]) {
    this.#words = words
  }

  read(depth: number): Command[] {
    if (depth > deepest) throw fault('the template nests too deep')
    const commands: Command[] = []
    let current: Operand[] = []
    for (; this.#at < this.#words.length; ) {
      const word = this.#words[this.#at++] as Word
      if (word.text === ')' && word.kind === 'mark') {
        if (depth === 0) throw fault('unexpected ")"')
        break
      }
      if (word.text === '|' && word.kind === 'mark') {
        if (current.length === 0) throw fault('missing value for command')
        commands.push(current)
        current = []
      } else current.push(this.#chain(this.#operand(word, depth)))
      if (this.#at === this.#words.length && depth > 0 && !(word.kind === 'mark' && word.text === ')')) throw fault('unclosed left paren')
    }
    if (current.length === 0) throw fault('missing value for command')
    return [...commands, current]
  }

  /** Fields that stand right behind their operand, without space. */
  #chain(operand: Operand): Operand {
    const next = this.#words[this.#at]
    if (next?.kind !== 'field' || next.spaced) return operand
    this.#at++
    return { kind: 'field', of: operand, names: next.text.slice(1).split('.') }
  }

  #operand(word: Word, depth: number): Operand {
    switch (word.kind) {
      case 'string': return { kind: 'value', value: word.text }
      case 'number': return { kind: 'value', value: Number(word.text) }
      case 'variable': return { kind: 'variable', name: word.text }
      case 'field': return word.text === '.' ? { kind: 'dot' } : { kind: 'field', of: { kind: 'dot' }, names: word.text.slice(1).split('.') }
      case 'name':
        if (word.text === 'true' || word.text === 'false') return { kind: 'value', value: word.text === 'true' }
        return word.text === 'nil' ? { kind: 'value', value: null } : { kind: 'function', name: word.text }
      default:
        if (word.text === '(') return { kind: 'pipe', pipe: { declares: [], assigns: false, commands: this.read(depth + 1) } }
        throw fault(`unexpected ${JSON.stringify(word.text)} in operand`)
    }
  }
}
