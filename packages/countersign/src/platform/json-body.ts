/**
 * A JSON body to a value. Nothing of ours is nested deep, and everything that walks a body (the parser, the validation, its error
 * texts) pays for depth more than for length: so depth is refused first. Keys that would reach a prototype are refused too, and NUL, which
 * no name of ours holds and not every database stores.
 */
const DEEPEST = 64

/** What is sent to us and is no JSON that we read; why is not said to whoever sent it. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
  readonly statusCode: 400 | 413

  constructor(why: string, statusCode: 400 | 413 = 400) {
    super(why)
    this.statusCode = statusCode
  }
}

/** @throws Unreadable */
export function readJsonBody(text: string): unknown {
  if (depthOf(text) > DEEPEST) throw new Unreadable(`nested deeper than ${DEEPEST} levels`)
  if (holdsNul(text)) throw new Unreadable('a NUL character')
  const value = parse(text)
  if (reachesPrototype(value)) throw new Unreadable('a key that would reach a prototype')
  return value
}

function parse(text: string): unknown {
  try {
    // A byte order mark is no JSON, and some send one.
    return JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text)
  } catch {
    // Its message quotes what was sent.
    throw new Unreadable('no JSON')
  }
}

/** The deepest nesting of a JSON text, counted until it is more than anybody needs. */
function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  for (let at = 0; at < text.length && deepest <= DEEPEST; at++) {
    const unit = text.charCodeAt(at)
    if (unit === 0x22) at = endOfString(text, at)
    else if (unit === 0x7b || unit === 0x5b) deepest = Math.max(deepest, ++depth)
    else if (unit === 0x7d || unit === 0x5d) depth--
  }
  return deepest
}

function endOfString(text: string, quote: number): number {
  let at = text.indexOf('"', quote + 1)
  while (at > 0 && isEscaped(text, at)) at = text.indexOf('"', at + 1)
  return at < 0 ? text.length : at
}

function isEscaped(text: string, quote: number): boolean {
  let slashes = 0
  while (text.charCodeAt(quote - 1 - slashes) === 0x5c) slashes++
  return slashes % 2 === 1
}

function holdsNul(text: string): boolean {
  for (let at = text.indexOf('\\u0000'); at >= 0; at = text.indexOf('\\u0000', at + 1)) if (!isEscaped(text, at)) return true
  return false
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** `__proto__`, or `constructor` with a `prototype` in it, anywhere. No deeper than `DEEPEST`. */
function reachesPrototype(value: unknown): boolean {
  if (!isObject(value)) return false
  if (Object.hasOwn(value, '__proto__')) return true
  if (Object.hasOwn(value, 'constructor') && 'constructor' in value) {
    const inner: unknown = value.constructor
    if (isObject(inner) && Object.hasOwn(inner, 'prototype')) return true
  }
  return Object.values(value).some(reachesPrototype)
}
