import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { escapeText } from '../../src/plan/index.ts'

test.each([
  ['a\u202eb', 'a\\u{202E}b'],
  ['\u2066x\u2069', '\\u{2066}x\\u{2069}'],
  ['zero\u200bwidth', 'zero\\u{200B}width'],
  ['\ufeffmark', '\\u{FEFF}mark'],
  ['\u001b[31mred', '\\u{001B}[31mred'],
  ['line\nfeed', 'line\\u{000A}feed'],
  ['soft\u00adhyphen', 'soft\\u{00AD}hyphen'],
  ['tag\u{e0041}', 'tag\\u{E0041}'],
  ['half\ud800', 'half\\u{D800}'],
  ['c1\u009b31m', 'c1\\u{009B}31m'],
])('%j is shown as %s', (input, shown) => {
  expect(escapeText(input)).toBe(shown)
})

test('letters, signs and emoji of any language stay', () => {
  const text = 'Ärger, naïve, 数据库, база, 🔐 "quoted" <b> & {} \\u'
  expect(escapeText(text)).toBe(text)
})

test('line feeds and tabs stay when lines are shown', () => {
  expect(escapeText('a\n\tb\r\u202e', { lines: true })).toBe('a\n\tb\\u{000D}\\u{202E}')
})

test('whatever comes in, nothing that deceives comes out, and escaping again changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const shown = escapeText(text)
      expect(shown).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u200b-\u200f\u2028\u2029\ufeff]|\p{Surrogate}/u)
      expect(escapeText(shown)).toBe(shown)
    }),
  )
})
