import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { rawFromDer } from '../../src/key/ecdsa-signature.ts'
import { importKey, ProofError, toBase64url } from '../../src/index.ts'
import { seed, testKey } from '../support/keys.ts'

const codeOf = (alg: -7 | -8 | -257, spki: Uint8Array): Promise<string> =>
  importKey(alg, toBase64url(spki)).then(
    () => 'imported',
    (error: unknown) => (error instanceof ProofError ? error.code : String(error)),
  )

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'))

describe('public keys have one form per algorithm', () => {
  test.each([-7, -8, -257] as const)('%s: any byte of the framing changed, cut, or one byte more, is refused', async (alg) => {
    const { spki } = testKey(alg, 'framing')
    expect(await codeOf(alg, spki)).toBe('imported')
    const framing = alg === -8 ? 12 : 24
    for (let at = 0; at < framing; at++) {
      expect([at, await codeOf(alg, spki.map((byte, i) => (i === at ? byte ^ 1 : byte)))]).toEqual([at, 'key_invalid'])
    }
    expect(await codeOf(alg, spki.subarray(0, -1))).toBe('key_invalid')
    expect(await codeOf(alg, new Uint8Array([...spki, 0]))).toBe('key_invalid')
  })

  test('a point that is not on the curve is refused', async () => {
    const { spki } = testKey(-7, 'curve')
    expect(await codeOf(-7, spki.map((byte, i) => (i === 90 ? byte ^ 1 : byte)))).toBe('key_invalid')
  })

  test('Ed25519 points of small order are refused: anybody could sign under them', async () => {
    const prefix = '302a300506032b6570032100'
    for (const point of ['00'.repeat(32), `01${'00'.repeat(31)}`, `01${'00'.repeat(30)}80`, `ec${'ff'.repeat(30)}7f`, `ee${'ff'.repeat(31)}`]) {
      expect(await codeOf(-8, hex(prefix + point))).toBe('key_invalid')
    }
  })

  test('short RSA keys are refused', async () => {
    const body = `30818902818100${'c3'.repeat(128)}0203010001`
    const bits = `0381${(body.length / 2 + 1).toString(16)}00${body}`
    const content = `300d06092a864886f70d0101010500${bits}`
    expect(await codeOf(-257, hex(`3081${(content.length / 2).toString(16)}${content}`))).toBe('key_invalid')
  })

  test('an even RSA modulus is refused', async () => {
    const { spki } = testKey(-257, 'framing')
    expect(await codeOf(-257, spki)).toBe('imported')
    const lastOfModulus = spki.length - 6 // before 02 03 010001
    expect(await codeOf(-257, spki.map((byte, i) => (i === lastOfModulus ? byte ^ 1 : byte)))).toBe('key_invalid')
  })
})

describe('ECDSA signatures in DER', () => {
  test('are read when they are in their one form', () => {
    const raw = rawFromDer(testKey(-7, 'der').sign(seed('data')))
    expect(raw?.length).toBe(64)
  })

  test.each([
    ['an integer with a sign byte that is not needed', '3008 0203000001 020101'],
    ['a negative integer', '3006 020180 020101'],
    ['an empty integer', '3005 0200 020101'],
    ['zero', '3006 020100 020101'],
    ['a length that is longer than needed', '308106 020101 020101'],
    ['an indefinite length', '3080 020101 020101 0000'],
    ['bytes after the sequence', '3006 020101 020101 00'],
    ['bytes inside, after s', '3007 020101 020101 00'],
    ['an integer of 33 bytes', `3027 022101${'00'.repeat(32)} 020101`],
    ['one integer', '3003 020101'],
    ['another tag', '3106 020101 020101'],
    ['nothing', ''],
  ])('are refused with %s', (_, der) => {
    expect(rawFromDer(hex(der))).toBeUndefined()
  })

  test('no bytes make the reader throw', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => void rawFromDer(bytes)))
  })
})
