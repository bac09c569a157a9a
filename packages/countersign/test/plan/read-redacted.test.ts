import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { PlanError, readRedacted } from '../../src/plan/index.ts'
import { change, redacted } from './plans.ts'

const good = redacted([change({ after: { a: 'x', n: 1 } })], { output_changes: { o: { actions: ['create'], before: null, after: 1, after_unknown: false, before_sensitive: false, after_sensitive: false } } }).text
const code = (input: string | Uint8Array): string => {
  try {
    readRedacted(input)
  } catch (error) {
    if (error instanceof PlanError) return error.code
    throw error
  }
  return 'accepted'
}

test('what redaction writes is read, from text and from bytes, and means the same', () => {
  expect(JSON.stringify(readRedacted(good))).toBe(good)
  expect(JSON.stringify(readRedacted(new TextEncoder().encode(good)))).toBe(good)
})

test.each([
  ['spaces', good.replace(',', ', '), 'plan_not_redacted'],
  ['a duplicate key', good.replace('{"redactor":"1"', '{"redactor":"1","redactor":"1"'), 'plan_not_redacted'],
  ['a byte order mark', `\ufeff${good}`, 'plan_not_json'],
  ['an unknown member', good.replace('"marked":true', '"marked":true,"variables":{}'), 'plan_not_redacted'],
  ['an unknown member of a resource', good.replace('"mode":"managed"', '"mode":"managed","values":{}'), 'plan_not_redacted'],
  ['__proto__ as a member', good.replace('"marked":true', '"marked":true,"__proto__":{}'), 'plan_not_redacted'],
  ['a missing member', good.replace('"checks":[],', ''), 'plan_not_redacted'],
  ['another redactor', good.replace('"redactor":"1"', '"redactor":"2"'), 'plan_not_redacted'],
  ['another format', good.replace('"format_version":"1.2"', '"format_version":"3.0"'), 'plan_format_unsupported'],
  ['an action that is none', good.replace('["create"]', '["explode"]'), 'plan_not_redacted'],
  ['no action', good.replace('["create"]', '[]'), 'plan_not_redacted'],
  ['a number that would be rounded', good.replace('"n":1', '"n":12345678901234567890'), 'plan_not_redacted'],
  ['half a character', good.replace('"x"', '"\\ud800"'), 'plan_not_redacted'],
  ['a value among the marks', good.replace('"after_sensitive":false', '"after_sensitive":{"a":"secret"}'), 'plan_not_redacted'],
  ['a plan that failed', good.replace('"errored":false', '"errored":true'), 'plan_errored'],
  ['a raw plan', '{"format_version":"1.2","resource_changes":[]}', 'plan_not_redacted'],
  ['nothing', '', 'plan_not_json'],
  ['deep nesting', good.replace('"x"', `${'['.repeat(100_000)}${']'.repeat(100_000)}`), 'plan_too_deep'],
])('%s is refused', (_name, input, expected) => {
  expect(input).not.toBe(good)
  expect(code(input)).toBe(expected)
})

test('bytes that are no UTF-8 are refused', () => {
  expect(code(Uint8Array.of(0x7b, 0xff, 0x7d))).toBe('plan_not_text')
})

test('every JSON value is answered with a plan or a code', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string(), fc.constant(good)), fc.nat(), fc.string({ maxLength: 3 }), (text, at, inserted) => {
      const place = at % (text.length + 1)
      const said = code(`${text.slice(0, place)}${inserted}${text.slice(place)}`)
      expect(said === 'accepted' || said.startsWith('plan_')).toBe(true)
    }),
  )
})

test('one byte removed from a redacted plan is refused or leaves text that is still its own writing', () => {
  fc.assert(
    fc.property(fc.nat({ max: good.length - 1 }), (at) => {
      const cut = good.slice(0, at) + good.slice(at + 1)
      if (code(cut) === 'accepted') expect(JSON.stringify(readRedacted(cut))).toBe(cut)
    }),
  )
})
