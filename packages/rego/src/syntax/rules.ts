/** Rules: heads, bodies, `else`. What v0 and v1 read differently is decided here. */
import { type Cursor, Failure } from './cursor.ts'
import { parseBody, parseLiteral } from './literals.ts'
import { parseExpression, parseReference } from './terms.ts'
import type { Annotation, Branch, Literal, Rule, Term } from './tree.ts'

const truth = (at: number): Term => ({ kind: 'value', value: true, at })

type Head = { path: Term[]; args: readonly Term[] | undefined; contains: Term | undefined; value: Term | undefined; assign: boolean; at: number }

/** One rule, or several: in v0 further bodies may follow the first, each a rule with the same head. */
export function parseRules(c: Cursor, version: 'v0' | 'v1', annotations: readonly Annotation[]): Rule[] {
  const { at } = c.token
  const isDefault = c.isKeyword('default') && !c.isReferenceKeyword()
  if (isDefault) c.advance()
  const head = parseHead(c)
  const rest = { args: head.args, isDefault, annotations, at }
  if (isDefault) {
    if (head.value === undefined) c.fail('expected default rule value')
    checkDefault(head)
    const branch: Branch = { value: head.value, body: [], assign: head.assign, at }
    return [{ ...rest, path: head.path, contains: undefined, branches: [branch], end: c.lastEnd }]
  }
  const hasIf = c.isKeyword('if')
  const hasBody = hasIf || c.isSymbol('{')
  if (!hasIf && version === 'v1' && (hasBody || head.value === undefined) && (hasBody || head.contains === undefined)) {
    throw new Failure(hasBody ? '`if` keyword is required before rule body' : head.path.length === 1 && head.args === undefined ? 'var cannot be used for rule name' : '`if` keyword is required before rule body', head.at)
  }
  // v0: p[x] { ... } is a set. With `if`, it is an object whose value is true
  if (!hasIf && head.contains === undefined && head.value === undefined && head.args === undefined && head.path.length === 2) {
    head.contains = head.path[1]
    head.path = head.path.slice(0, 1)
  }
  if (!hasBody && head.value === undefined && head.contains === undefined && head.args === undefined) {
    throw new Failure('var cannot be used for rule name', head.at)
  }
  const value = head.contains === undefined ? (head.value ?? truth(head.at)) : undefined
  const body = hasBody ? parseRuleBody(c, hasIf) : []
  const branches: [Branch, ...Branch[]] = [{ value, body, assign: head.assign, at: head.at }]
  if (hasBody) parseElses(c, head, branches)
  const rule: Rule = { ...rest, path: head.path, contains: head.contains, branches, end: c.lastEnd }
  const rules = [rule]
  // chained bodies: p { ... } { ... }
  while (hasBody && c.isSymbol('{')) {
    if (branches.length > 1) c.fail('expected else keyword')
    const place = c.advance().at
    rules.push({ ...rule, branches: [{ value, body: parseBody(c, '}'), assign: head.assign, at: place }], annotations: [], at: place, end: c.lastEnd })
  }
  return rules
}

function parseRuleBody(c: Cursor, hasIf: boolean): Literal[] {
  if (hasIf) {
    c.advance()
    const single = c.isSymbol('{') && !startsBody(c) ? undefined : c.attempt(() => {
      const literal = parseLiteral(c)
      return literal.kind === 'term' && literal.term.kind === 'set' ? undefined : literal
    })
    if (single !== undefined) return [single]
    if (!c.isSymbol('{')) return [parseLiteral(c)]
  }
  c.advance()
  return parseBody(c, '}')
}

/**
 * Whether an opening brace may also begin a term: `p if {x | ...} == y` is one literal. A look for what a body has and a term
 * cannot have at its first level saves reading most bodies twice.
 */
function startsBody(c: Cursor): boolean {
  let depth = 0
  for (let i = c.position; i < c.tokens.length; i++) {
    const token = c.tokens[i]
    if (token === undefined || token.kind === 'eof') return true
    if (token.kind !== 'symbol') {
      if (depth === 1 && token.newline && token.kind === 'ident' && i === c.position + 1) continue
      continue
    }
    if ('([{'.includes(token.text)) depth++
    else if (')]}'.includes(token.text)) {
      if (--depth === 0) return true
    } else if (depth === 1 && (token.text === ':=' || token.text === ';' || token.text === '=')) return hasBar(c, i)
  }
  return true
}

/** A `|` before place `end` at the first level: then it may be a comprehension after all. */
function hasBar(c: Cursor, end: number): boolean {
  let depth = 0
  for (let i = c.position; i < end; i++) {
    const token = c.tokens[i]
    if (token?.kind !== 'symbol') continue
    if ('([{'.includes(token.text)) depth++
    else if (')]}'.includes(token.text)) depth--
    else if (depth === 1 && token.text === '|') return true
  }
  return false
}

function parseElses(c: Cursor, head: Head, branches: Branch[]): void {
  while (c.isKeyword('else') && !c.isReferenceKeyword()) {
    const { at } = c.token
    if (head.contains !== undefined) c.fail('else keyword cannot be used on multi-value rules')
    if (head.path.slice(1).some((one) => one.kind !== 'value')) c.fail('else keyword cannot be used on rules with variables in head')
    c.advance()
    let value: Term | undefined
    let assign = false
    if (c.isSymbol(':=') || c.isSymbol('=')) {
      assign = c.advance().text === ':='
      value = parseExpression(c, true)
    } else if (!c.isSymbol('{') && !c.isKeyword('if')) c.fail('expected else value term or rule body')
    const hasIf = c.isKeyword('if')
    let body: Literal[] = []
    if (hasIf && c.following.kind === 'symbol' && c.following.text === '{') {
      c.advance()
      c.advance()
      body = parseBody(c, '}')
    } else if (hasIf) {
      c.advance()
      if (c.token.kind === 'eof') c.fail('rule body expected')
      body = [parseLiteral(c)]
    } else if (c.take('{')) body = parseBody(c, '}')
    branches.push({ value: value ?? truth(at), body, assign, at })
  }
}

function parseHead(c: Cursor): Head {
  const { at, kind, text } = c.token
  if (kind !== 'ident' || !(c.isName() || c.isReferenceKeyword())) c.fail('expected rule head name')
  c.advance()
  const name: Term = { kind: 'var', name: text, at }
  const term = parseReference(c, name, true)
  const reference = term.kind === 'call' ? term.name : term
  if (term.kind === 'ref' && term.head.kind !== 'var') c.fail('expected rule head name')
  const path: Term[] = reference.kind === 'ref' ? [reference.head, ...reference.path] : [reference]
  const head: Head = { path, args: term.kind === 'call' ? term.args : undefined, contains: undefined, value: undefined, assign: false, at }
  if (c.isKeyword('contains')) {
    if (head.args !== undefined) c.fail('the contains keyword can only be used with multi-value rule definitions (e.g., p contains <VALUE> { ... })')
    c.advance()
    head.contains = parseExpression(c, true)
  } else if (c.isSymbol(':=') || c.isSymbol('=')) {
    head.assign = c.advance().text === ':='
    head.value = parseExpression(c, true)
  }
  return head
}

function checkDefault(head: Head): void {
  if (head.value !== undefined) checkGround(head.value)
  const seen = new Set<string>()
  for (const arg of head.args ?? []) {
    if (arg.kind !== 'var') throw new Failure('illegal default rule (arguments cannot contain values)', head.at)
    if (arg.name !== '_' && seen.has(arg.name)) throw new Failure(`illegal default rule (arguments cannot be repeated ${arg.name})`, head.at)
    seen.add(arg.name)
  }
}

function checkGround(term: Term): void {
  switch (term.kind) {
    case 'var':
      throw new Failure('illegal default rule (value cannot contain var)', term.at)
    case 'ref':
      throw new Failure('illegal default rule (value cannot contain ref)', term.at)
    case 'call':
      throw new Failure('illegal default rule (value cannot contain call)', term.at)
    case 'array':
    case 'set':
      for (const item of term.items) checkGround(item)
      return
    case 'object':
      for (const pair of term.pairs) for (const one of pair) checkGround(one)
      return
    default:
  }
}
