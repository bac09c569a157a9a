/** Places in a text: lines, columns, UTF-16 offsets, bytes; and bytes that are not UTF-8. */
import { describe, expect, test } from 'vitest'
import { parse, print, sourceOf } from '../../src/index.ts'
import { noise, rounds, seeded } from '../support/texts.ts'

test('lines, columns and bytes', () => {
  const source = sourceOf('aé\r\n😀b\n\nc', 'x.tf')
  expect([0, 1, 2, 3, 4, 6, 7, 8, 9, 10].map((offset) => source.position(offset))).toEqual([
    { line: 1, column: 1, offset: 0, byte: 0 },
    { line: 1, column: 2, offset: 1, byte: 1 },
    { line: 1, column: 3, offset: 2, byte: 3 },
    { line: 1, column: 4, offset: 3, byte: 4 },
    { line: 2, column: 1, offset: 4, byte: 5 },
    { line: 2, column: 3, offset: 6, byte: 9 },
    { line: 2, column: 4, offset: 7, byte: 10 },
    { line: 3, column: 1, offset: 8, byte: 11 },
    { line: 4, column: 1, offset: 9, byte: 12 },
    { line: 4, column: 2, offset: 10, byte: 13 },
  ])
  expect(source.position(99)).toEqual(source.position(10))
  expect(source.position(-1)).toEqual(source.position(0))
})

describe('bytes', () => {
  test('that are UTF-8 read as they do everywhere, byte order mark included', () => {
    const bytes = new Uint8Array(Buffer.from('\ufeffa = "é😀"\n'))
    expect(sourceOf(bytes).text).toBe('\ufeffa = "é😀"\n')
    expect(parse(bytes).diagnostics).toEqual([])
  })

  test.each([
    ['\xff', '\ufffd'],
    ['a\xe4\xb8b', 'a\ufffdb'],
    ['\xed\xa0\x80', '\ufffd'],
    ['\xc3\xa9\xc3', 'é\ufffd'],
    ['\xf0\x9f\x98', '\ufffd'],
  ])('that are not are kept: %j', (latin, text) => {
    const bytes = Uint8Array.from(latin, (c) => c.charCodeAt(0))
    const source = sourceOf(bytes)
    expect(source.text).toBe(text)
    expect(source.bytes()).toEqual(bytes)
    expect(source.position(source.text.length).byte).toBe(bytes.length)
  })

  test('of any kind come back, and the byte of every place counts what was given', () => {
    const by = seeded('bytes')
    for (let round = rounds(500, 20_000); round > 0; round--) {
      const bytes = noise(by)
      const source = sourceOf(bytes)
      expect(source.bytes()).toEqual(bytes)
      expect(source.position(source.text.length).byte).toBe(bytes.length)
    }
  })

  test('that are not UTF-8 are one finding, but none in comments', () => {
    const wrong = Uint8Array.from('a = "\xff" # \xff\nb = "\xfe"\n', (c) => c.charCodeAt(0))
    const { tree, diagnostics } = parse(wrong)
    expect(diagnostics.map(({ code, start }) => [code, start])).toEqual([['invalid-encoding', 5]])
    expect(tree.source.bytes(print(tree))).toEqual(wrong)
    expect(parse(Uint8Array.from('a = 1 # \xff\n', (c) => c.charCodeAt(0))).diagnostics).toEqual([])
  })
})
