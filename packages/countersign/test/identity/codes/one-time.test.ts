import { describe, expect, test } from 'vitest'
import { addressOf, codeAt, groupedSeed, isCodeOf, stepAt, stepOf } from '../../../src/identity/codes/one-time.ts'
import { pictureOf } from '../../../src/identity/codes/picture.ts'
import { parseTyped } from '../../../src/identity/codes/typed.ts'
import { seedOf } from './people.ts'

/** RFC 6238 appendix B, SHA-1, of which our six digits are the last. */
const vectors: [seconds: number, eight: string][] = [
  [59, '94287082'], [1111111109, '07081804'], [1111111111, '14050471'], [1234567890, '89005924'], [2000000000, '69279037'], [20000000000, '65353130'],
]
const rfcSeed = Uint8Array.from(Buffer.from('12345678901234567890', 'ascii'))

describe('a code', () => {
  for (const [seconds, eight] of vectors)
    test(`is that of RFC 6238 appendix B at ${seconds} s`, () => {
      expect(codeAt(rfcSeed, stepAt(seconds * 1000))).toBe(eight.slice(2))
      expect(stepOf(rfcSeed, parseTyped(eight.slice(2)), seconds * 1000)).toBe(Math.floor(seconds / 30))
    })

  test('holds for the step before and the step after, and for none further away', () => {
    const at = 1_234_567_890_000
    const found = [-2, -1, 0, 1, 2].map((ahead) => stepOf(rfcSeed, parseTyped(codeAt(rfcSeed, stepAt(at) + ahead)), at))
    expect(found).toEqual([null, stepAt(at) - 1, stepAt(at), stepAt(at) + 1, null])
  })

  test('is of its own seed and step only', () => {
    const other = Uint8Array.from(rfcSeed, (byte) => byte ^ 1)
    expect(isCodeOf(rfcSeed, 1, parseTyped('287082'))).toBe(true)
    expect(isCodeOf(other, 1, parseTyped('287082'))).toBe(false)
    expect(isCodeOf(rfcSeed, 2, parseTyped('287082'))).toBe(false)
  })
})

describe('what may be typed', () => {
  test('is six ASCII digits', () => {
    expect(parseTyped('012345')).toBe('012345')
  })

  const refused: Record<string, string> = {
    'a space inside': '123 456', 'a space before': ' 123456', 'a space after': '123456 ', 'spaces for digits': '12345 ', 'a line feed after': '123456\n', 'a carriage return after': '123456\r\n',
    'a no-break space inside': '123\u00a0456', 'a no-break space after': '123456\u00a0', 'a narrow no-break space': '123\u202f456', 'a zero-width space': '123\u200b456', 'a zero-width joiner after': '123456\u200d',
    'a byte order mark before': '\ufeff123456', 'full-width digits': '\uff11\uff12\uff13\uff14\uff15\uff16', 'one full-width digit': '12345\uff16', 'Arabic-Indic digits': '\u0661\u0662\u0663\u0664\u0665\u0666',
    'mathematical digits': '\u{1d7ce}\u{1d7cf}\u{1d7d0}', 'a combining mark after': '123456\u0301', 'a null after': '123456\0', 'a sign': '+12345', 'a fraction': '1234.5', 'an exponent': '1e5000', 'hexadecimal': '0x1234',
    'five digits': '12345', 'seven digits': '1234567', 'nothing': '', 'a hyphen': '123-45',
  }
  for (const [what, text] of Object.entries(refused))
    test(`and not ${what}`, () => {
      expect(() => parseTyped(text)).toThrow(expect.objectContaining({ code: 'code_malformed' }))
    })
})

describe('the address', () => {
  const seed = Uint8Array.from({ length: 20 }, (_, at) => at * 11)
  const address = addressOf(seed, 'ada@example.com')

  test('says everything that an app needs, and holds the seed', () => {
    const { protocol, host, pathname, searchParams } = new URL(address)
    expect([protocol, host, decodeURIComponent(pathname)]).toEqual(['otpauth:', 'totp', '/Countersign:ada@example.com'])
    expect(Object.fromEntries(searchParams)).toMatchObject({ issuer: 'Countersign', algorithm: 'SHA1', digits: '6', period: '30' })
    expect(seedOf(address)).toEqual(seed)
    expect(groupedSeed(seed).replaceAll(' ', '')).toBe(searchParams.get('secret'))
  })

  test('names that would add a parameter stay names', () => {
    const { searchParams, pathname } = new URL(addressOf(seed, 'eve?secret=AAAA&issuer=Bank#x'))
    expect(searchParams.getAll('secret')).toHaveLength(1)
    expect(searchParams.getAll('issuer')).toEqual(['Countersign'])
    expect(decodeURIComponent(pathname)).toBe('/Countersign:eve?secret=AAAA&issuer=Bank#x')
  })

  test('is a square picture with its three marks and a quiet zone, for the page and for the terminal', () => {
    const rows = pictureOf(address)
    expect(new Set(rows.map((row) => row.length))).toEqual(new Set([rows.length]))
    expect(rows.slice(0, 4).concat(rows.slice(-4)).join('')).toMatch(/^0+$/)
    const mark = ['1111111', '1000001', '1011101', '1011101', '1011101', '1000001', '1111111']
    const cut = (top: number, left: number) => rows.slice(top, top + 7).map((row) => row.slice(left, left + 7))
    const far = rows.length - 4 - 7
    expect([cut(4, 4), cut(4, far), cut(far, 4)]).toEqual([mark, mark, mark])
  })
})
