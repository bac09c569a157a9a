/**
 * Leaves and details as the product writes nearly all of them, known at a glance: nothing in them is escaped. What is known here is
 * what @countersign/proof would accept, and what it would read; of anything else nothing is said, and it is asked.
 */
import { hash as digest } from 'node:crypto'
import type { Leaf } from '@countersign/proof'

const [QUOTE, COLON, COMMA, OPEN, CLOSE, LIST, END] = [0x22, 0x3a, 0x2c, 0x7b, 0x7d, 0x5b, 0x5d]

const form = /^\{"commitment":"([0-9a-f]{64})","ids":\{([^{}]*)\},"time":"((?:19[7-9]\d|[2-9]\d{3})-\d\d-\d\dT\d\d:\d\d:)([0-5]\d\.\d{3}Z)","type":"([a-z][a-z0-9-]{0,63}(?:\.[a-z][a-z0-9-]{0,63}){0,3})","v":1\}$/
const pair = /"([a-z][A-Za-z0-9]{0,31})":"([ !#-[\]-~]{1,256})"(?:,(?=")|$)/y
const MOST_IDS = 16

/** The reader of leaves that follow one another: most are of the minute of the one before. */
export function plainReader(): (text: string) => Leaf | null {
  let known = ''
  return (text) => {
    const found = form.exec(text)
    if (found === null) return null
    const [, commitment = '', named = '', minute = '', rest = '', type = ''] = found
    const ids = idsIn(named)
    if (ids === null || (minute !== known && !exists(`${minute}00.000Z`))) return null
    known = minute
    return { v: 1, type, time: minute + rest, ids, commitment }
  }
}

const exists = (time: string): boolean => {
  const moment = new Date(time)
  return !Number.isNaN(moment.getTime()) && moment.toISOString() === time
}

function idsIn(named: string): Record<string, string> | null {
  const ids: Record<string, string> = {}
  let last = ''
  let count = 0
  for (let at = 0; at < named.length; at = pair.lastIndex) {
    pair.lastIndex = at
    const [, key = '', value = ''] = pair.exec(named) ?? []
    if (key <= last || ++count > MOST_IDS) return null
    ids[key] = value
    last = key
  }
  return ids
}

const TAG = 'countersign.details.v1\n'
const SALT = 32
/** Characters. */
const MOST = 65_536
/** What is hashed is put together here. Nobody waits between filling it and hashing it. */
const bytes = Buffer.alloc(TAG.length + SALT + 3 * MOST)
bytes.write(TAG, 'latin1')
/** 32 bytes in the one spelling that they have. */
const salted = /^[\w-]{42}[AEIMQUYcgkosw048]$/

/** Hex; what `commitmentOf` of @countersign/proof answers; null where that has to be asked. */
export function plainCommitment(salt: string, details: string): string | null {
  if (details.length > MOST || !salted.test(salt) || !isPlainlyCanonical(details)) return null
  bytes.write(salt, TAG.length, 'base64url')
  const length = bytes.write(details, TAG.length + SALT, 'utf8')
  return digest('sha256', bytes.subarray(0, TAG.length + SALT + length), 'hex')
}

/** No escape, nothing that must be escaped, and whole characters only. */
const unescaped = /^[^\u0000-\u001f\\\ud800-\udfff]*$/
const number = /-?[1-9][0-9]{0,14}|0/y
const DEEPEST = 32

/** Whether this is canonical JSON for certain. */
function isPlainlyCanonical(text: string): boolean {
  return unescaped.test(text) && afterValue(text, 0, 0) === text.length
}

/** Where the value ends that begins at `at`; -1 where that cannot be said. */
function afterValue(text: string, at: number, depth: number): number {
  const code = text.charCodeAt(at)
  if (code === QUOTE) return text.indexOf('"', at + 1) + 1 || -1
  if (code === OPEN) return depth < DEEPEST ? afterObject(text, at + 1, depth + 1) : -1
  if (code === LIST) return depth < DEEPEST ? afterList(text, at + 1, depth + 1) : -1
  for (const word of ['true', 'false', 'null']) if (text.startsWith(word, at)) return at + word.length
  number.lastIndex = at
  return number.test(text) ? number.lastIndex : -1
}

function afterObject(text: string, start: number, depth: number): number {
  if (text.charCodeAt(start) === CLOSE) return start + 1
  let last: string | null = null
  for (let at = start; text.charCodeAt(at) === QUOTE; at++) {
    const end = text.indexOf('"', at + 1)
    const name = text.slice(at + 1, end)
    if (end < 0 || (last !== null && name <= last) || text.charCodeAt(end + 1) !== COLON) return -1
    last = name
    at = afterValue(text, end + 2, depth)
    if (at < 0 || text.charCodeAt(at) === CLOSE) return at < 0 ? -1 : at + 1
    if (text.charCodeAt(at) !== COMMA) return -1
  }
  return -1
}

function afterList(text: string, start: number, depth: number): number {
  if (text.charCodeAt(start) === END) return start + 1
  for (let at = start; ; at++) {
    at = afterValue(text, at, depth)
    if (at < 0 || text.charCodeAt(at) === END) return at < 0 ? -1 : at + 1
    if (text.charCodeAt(at) !== COMMA) return -1
  }
}
