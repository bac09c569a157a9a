/** The formats that are checked. An unknown format is never wrong. */
import { parseAddress } from '../net/address.ts'
import { compiled } from '../pattern/compiled.ts'
import { BuiltinFault } from '../registry.ts'
import { layoutOf } from '../time/layout.ts'
import { parseTime } from '../time/parse.ts'

const byLayout = (...layouts: readonly string[]) => (text: string): boolean => layouts.some((layout) => typeof parseTime(layoutOf(layout), text) === 'bigint')
const byPattern = (pattern: RegExp) => (text: string): boolean => pattern.test(text)

const hostname = /^(?=.{1,253}$)[a-zA-Z\d]([a-zA-Z\d-]{0,61}[a-zA-Z\d])?(\.[a-zA-Z\d]([a-zA-Z\d-]{0,61}[a-zA-Z\d])?)*$/
const email = /^[^\s@<>()[\]\\,;:"]{1,64}@[^\s@<>()[\]\\,;:"]{1,255}$/
const pointer = /^(\/([^/~]|~[01])*)*$/

const checks: Record<string, (text: string) => boolean> = {
  date: byLayout('2006-01-02'),
  time: byLayout('15:04:05', '15:04:05Z07:00'),
  'date-time': byLayout('RFC3339', 'RFC3339Nano', '2006-01-02T15:04:05', '2006-01-02 15:04:05'),
  hostname: byPattern(hostname),
  email: byPattern(email),
  'idn-email': byPattern(email),
  ipv4: (text) => text.includes('.') && !text.includes(':') && parseAddress(text) !== undefined,
  ipv6: (text) => text.includes(':') && parseAddress(text) !== undefined,
  uri: (text) => !text.includes('\\') && /^[a-zA-Z][a-zA-Z\d+.-]*:[^\s]*$/.test(text),
  iri: (text) => !text.includes('\\') && /^[a-zA-Z][a-zA-Z\d+.-]*:[^\s]*$/.test(text),
  'uri-reference': (text) => !/[\\\s]/.test(text),
  'iri-reference': (text) => !/[\\\s]/.test(text),
  'uri-template': byPattern(/^([^{}]|\{[^{}]+\})*$/),
  uuid: byPattern(/^[\da-fA-F]{8}(-[\da-fA-F]{4}){3}-[\da-fA-F]{12}$/),
  regex: (text) => isPattern(text),
  'json-pointer': byPattern(pointer),
  'relative-json-pointer': byPattern(/^(0|[1-9]\d*)(#|(\/([^/~]|~[01])*)*)$/),
}

export function hasFormat(format: string, text: string): boolean {
  return !Object.hasOwn(checks, format) || checks[format]?.(text) === true
}

export function isPattern(text: string): boolean {
  try {
    compiled(text)
    return true
  } catch (error) {
    if (error instanceof BuiltinFault) return false
    throw error
  }
}
