import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatCode, fromBase64url, fromHex, parseCode, ProofError, shortCode, toBase64url, toHex } from '../../src/index.ts'
import { fromBase64, toBase64 } from '../../src/base64.ts'

const bytes = fc.uint8Array({ maxLength: 70 })

describe('encodings', () => {
  test('are the platform\'s, and are read back', () => {
    fc.assert(
      fc.property(bytes, (data) => {
        expect(toBase64url(data)).toBe(Buffer.from(data).toString('base64url'))
        expect(toBase64(data)).toBe(Buffer.from(data).toString('base64'))
        expect(toHex(data)).toBe(Buffer.from(data).toString('hex'))
        expect(fromBase64url(toBase64url(data))).toEqual(data)
        expect(fromBase64(toBase64(data))).toEqual(data)
        expect(fromHex(toHex(data))).toEqual(data)
      }),
    )
  })

  test('have one spelling per value: what is decoded is encoded back to the same text', () => {
    const letters = fc.string({ unit: fc.constantFrom('A', 'B', 'w', 'z', '0', '9', '-', '_', '+', '/', '=', ' ', '\n', 'é'), maxLength: 9 })
    fc.assert(
      fc.property(letters, (text) => {
        const url = fromBase64url(text)
        if (url !== undefined) expect(toBase64url(url)).toBe(text)
        const standard = fromBase64(text)
        if (standard !== undefined) expect(toBase64(standard)).toBe(text)
        const hex = fromHex(text)
        if (hex !== undefined) expect(toHex(hex)).toBe(text)
      }),
      { numRuns: 2000 },
    )
  })

  test.each(['AB', 'AA==', 'A', 'A A', 'AAA\n', '+A', 'é'])('base64url refuses %j', (text) => {
    expect(fromBase64url(text)).toBeUndefined()
  })
})

describe('the short code', () => {
  test('is the first 60 bits of the digest in Crockford base32', () => {
    expect(formatCode(shortCode(`0123456789abcde${'f'.repeat(49)}`))).toBe('04HM-ASW9-NF6Y')
    expect(formatCode(shortCode('0'.repeat(64)))).toBe('0000-0000-0000')
    expect(formatCode(shortCode('f'.repeat(64)))).toBe('ZZZZ-ZZZZ-ZZZZ')
  })

  test('is read as people type it', () => {
    expect(parseCode('k7qf 2m9d-4xwt')).toBe('K7QF2M9D4XWT')
    expect(parseCode('OIL0-0000-0000')).toBe('011000000000')
  })

  test.each(['', 'K7QF-2M9D-4XW', 'K7QF-2M9D-4XWTT', 'K7QF-2M9D-4XWU', 'K7QF-2M9D-4XW\u0131', 'K7QF-2M9D-4XW\u017f'])('%j is none', (typed) => {
    expect(() => parseCode(typed)).toThrow(ProofError)
  })

  test('survives being shown and typed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (digest) => {
        const code = shortCode(toHex(digest))
        expect(parseCode(formatCode(code).toLowerCase())).toBe(code)
      }),
    )
  })
})
