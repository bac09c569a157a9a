import { describe, expect, test } from 'vitest'
import { canonicalPassword, longest, parsePassword } from '../../../src/identity/passwords/rules.ts'
import { canonicalLogin } from '../../../src/identity/profiles/profiles.ts'

const about = ['Ada Lovelace', 'ada.lovelace@example.com']
const answer = (text: string): string => {
  try {
    parsePassword(text, about)
    return 'taken'
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'threw'
  }
}

describe('a password (SP 800-63B-4 section 3.1.1.2, as one of two factors)', () => {
  const taken: Record<string, string> = {
    'eight characters': 'vT4kq!zu', 'words with spaces': 'seven geese by the mill', 'sixty-four characters': 'kx7 '.repeat(15) + 'zuqi', 'letters only': 'gooseberryfool', 'digits only': '8305172964',
    'eight characters of any script': 'пароход7', 'eight emoji, each one character': '🦆🪿🦢🦉🦅🦜🐧🐓', 'a name among other words': 'ada keeps seven geese', 'the product among other words': 'countersign my left boot',
  }
  for (const [what, text] of Object.entries(taken)) test(`may be ${what}`, () => expect(answer(text)).toBe('taken'))

  const refused: Record<string, string> = {
    'seven characters': 'vT4kq!z', 'nothing': '', 'more than can be read': 'ab3 '.repeat(65), 'a control character': 'seven geese\u0007', 'a line feed': 'seven\ngeese', 'half a character': 'seven geese\ud800',
    'one of the most common': 'password1', 'the same in capitals': 'PassWord1', 'the same with ends': '!!qwertyuiop!!', 'eight times one character': 'aaaaaaaa', 'a unit again and again': 'abababab', 'of three': 'abcabcabcabc',
    'a run of letters': 'efghijklm', 'a run of digits backwards': '987654321', 'the product': 'countersign', 'the product with a year': 'Countersign2026!', 'the product and its trade': 'terraform-countersign', 'their name': 'AdaLovelace', 'their name with digits': 'lovelace1815', 'their sign-in name': 'ada.lovelace',
    'their name and the product': 'ada@countersign',
  }
  for (const [what, text] of Object.entries(refused)) test(`may not be ${what}`, () => expect(answer(text)).toBe('password_unfit'))

  test('is the same however its characters were composed', () => {
    expect(canonicalPassword('cafe\u0301 du nord')).toBe(canonicalPassword('caf\u00e9 du nord'))
    expect(canonicalPassword('ＡＢＣＤＥＦＧＨ')).not.toBe(canonicalPassword('ABCDEFGH'))
  })

  test('is never cut off', () => {
    const text = 'q7 '.repeat(Math.floor(longest / 3))
    expect(canonicalPassword(text)).toHaveLength(text.length)
    expect(canonicalPassword(`${text}${text}`)).toBeNull()
  })
})

describe('a sign-in name', () => {
  test('has one form', () => {
    expect([canonicalLogin('Ada'), canonicalLogin('ADA.L+x@Example.COM'), canonicalLogin('a')]).toEqual(['ada', 'ada.l+x@example.com', 'a'])
  })
  for (const text of ['', ' ada', 'ada ', 'a da', 'аda', 'Ｋada', '\u212aarl', 'ada\u200b', 'ada@', '@ada', 'a@b@c', '-ada', 'ada.', 'x'.repeat(300)])
    test(`is not ${JSON.stringify(text.slice(0, 20))}`, () => expect(canonicalLogin(text)).toBeNull())
})
