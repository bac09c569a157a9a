import { describe, expect, it } from 'vitest'
import { createForeign } from '../../src/cli/render/foreign.ts'

const through = (text: string, size: number): string => {
  const foreign = createForeign()
  const bytes = Buffer.from(text)
  let out = ''
  for (let at = 0; at < bytes.length; at += size) out += foreign(bytes.subarray(at, at + size))
  return out
}

describe.each([1, 2, 3, 7, 1_000])('what another program writes, in chunks of %d bytes,', (size) => {
  it.each([
    'Plan: 1 to add.\r\n\tnext\n',
    '\u001b[0m\u001b[1;32m+\u001b[0m created \u001b[38;2;1;2;3mx\u001b[m\n',
    '\u001b[38:5:1m╷ │ Fehler: ä € 🔑\n',
  ])('passes as it is: %j', (text) => {
    expect(through(text, size)).toBe(text)
  })

  it.each([
    ['\u001b]0;title\u0007', '\\u{001B}]0;title\\u{0007}'],
    ['\u001b[2Jx', '\\u{001B}[2Jx'],
    ['\u001b]52;c;eA==\u001b\\', '\\u{001B}]52;c;eA==\\u{001B}\\'],
    ['\u001b[1A\u001b[31mred', '\\u{001B}[1A\u001b[31mred'],
    ['a\u009b2J\b\u202eb\n', 'a\\u{009B}2J\\u{0008}\\u{202E}b\n'],
    ['\u001b\u001b[0m.', '\\u{001B}\u001b[0m.'],
  ])('does nothing to a terminal: %j', (text, shown) => {
    expect(through(text, size)).toBe(shown)
  })
})
