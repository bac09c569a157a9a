import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { emptyRoot, makeVkey, parseCheckpoint, parseLeaf, ProofError, verifyCheckpoint } from '../../src/index.ts'
import { utf8 } from '../../src/bytes.ts'
import { parseNote } from '../../src/ledger/note.ts'
import { parseVkey } from '../../src/ledger/vkey.ts'
import { buildLeaf, signCheckpoint } from '../../src/produce/index.ts'
import { ledgerKey } from '../support/keys.ts'

const origin = 'countersign/ins-one'
const root = 'a'.repeat(64)
const key = ledgerKey('one')
const vkey = await makeVkey(origin, key.publicKey)
const note = await signCheckpoint({ origin, size: 42, root }, key)
const body = note.split('\n\n')[0] ?? ''

const codeOf = (text: string, vkeys = [vkey], instance = 'ins-one'): Promise<string> =>
  verifyCheckpoint(text, instance, vkeys).then(
    () => 'verified',
    (error: unknown) => (error instanceof ProofError ? error.code : String(error)),
  )

describe('signed notes', () => {
  test("are the format's: the example of its first implementation verifies", async () => {
    const example =
      'If you think cryptography is the answer to your problem,\nthen you don\'t know what your problem is.\n\n' +
      '\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n'
    const parsed = parseNote(example)
    const named = await parseVkey('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW')
    expect(Buffer.from(parsed?.signatures[0]?.keyId ?? []).toString('hex')).toBe('c74f20a3')
    expect(await named?.key.verify(utf8(parsed?.text ?? ''), parsed?.signatures[0]?.signature ?? new Uint8Array())).toBe(true)
  })

  test.each([
    ['a wrong key id', vkey.replace(/\+[0-9a-f]/, (hint) => (hint === '+0' ? '+1' : '+0'))],
    ['another type of key', vkey.replace(/\+A[A-Za-z0-9]/, '+Ag')],
    ['nothing', ''],
    ['a name with a space', vkey.replace('/', ' ')],
    ['more behind it', `${vkey}\n`],
  ])('a verifier key with %s is none', async (_, text) => {
    expect(await parseVkey(text)).toBeUndefined()
  })

  test('any text is a note or none, and any checkpoint is read or refused', () => {
    const line = fc.constantFrom(origin, '42', '', '\n', body, note, '\u2014 a AAAAAAAA', 'x'.repeat(99), '\u0000', '\ud800', '-1', '1e3')
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.array(line).map((lines) => lines.join('\n'))), (text) => {
        parseNote(text)
        try {
          parseCheckpoint(text)
        } catch (error) {
          expect(error).toMatchObject({ code: 'checkpoint_malformed' })
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('checkpoints', () => {
  test('are verified under a key of the ledger', async () => {
    expect(await verifyCheckpoint(note, 'ins-one', [vkey])).toEqual({ origin, size: 42, root, vkey })
    expect(parseCheckpoint(note)).toEqual({ origin, size: 42, root })
  })

  test('may carry lines of others, and extensions', async () => {
    expect(await codeOf(`${note}\u2014 witness.example/w AAAAAAAA\n`)).toBe('verified')
    expect(parseCheckpoint(note.replace('\n\n', '\nan extension\n\n')).size).toBe(42)
  })

  test.each([
    ['a size with a zero before it', (text: string) => text.replace('\n42\n', '\n042\n')],
    ['a size beyond 2^53', (text: string) => text.replace('\n42\n', '\n9007199254740993\n')],
    ['no root', (text: string) => text.replace(/\n[^\n]{44}\n\n/, '\n\n')],
    ['a short root', (text: string) => text.replace(/\n[^\n]{44}\n\n/, '\nAAAA\n\n')],
    ['no signature', (text: string) => text.slice(0, text.indexOf('\u2014'))],
    ['no newline at its end', (text: string) => text.slice(0, -1)],
    ['another dash', (text: string) => text.replace('\u2014', '-')],
    ['a carriage return', (text: string) => text.replaceAll('\n', '\r\n')],
    ['a signature of another spelling', (text: string) => text.replace(/.\n$/, '*\n')],
  ])('are malformed with %s', async (_, change) => {
    expect(change(note)).not.toBe(note)
    expect(await codeOf(change(note))).toBe('checkpoint_malformed')
  })

  test('of another ledger are refused, even with its own good signature', async () => {
    expect(await codeOf(note, [vkey], 'ins-two')).toBe('checkpoint_origin')
  })

  test('signed by nobody who may are refused', async () => {
    const other = ledgerKey('other')
    const foreign = await signCheckpoint({ origin, size: 42, root }, other)
    expect(await codeOf(foreign)).toBe('checkpoint_key')
    expect(await codeOf(note, [])).toBe('checkpoint_key')
    expect(await codeOf(note, ['garbage'])).toBe('checkpoint_key')
    expect(await codeOf(note, [await makeVkey('countersign/ins-two', key.publicKey)])).toBe('checkpoint_key')
  })

  test('signed in another name than their origin are refused', async () => {
    const foreign = await makeVkey('countersign/ins-two', key.publicKey)
    const other = await signCheckpoint({ origin: 'countersign/ins-two', size: 42, root }, key)
    const [, line = ''] = other.split('\n\n')
    // the very signature would hold: only its name is another's
    const text = `${origin}\n42\n${Buffer.from(root, 'hex').toString('base64')}\n`
    const signature = Buffer.concat([Buffer.from(line.trim().split(' ')[2] ?? '', 'base64').subarray(0, 4), key.sign(Buffer.from(text))])
    expect(await codeOf(`${text}\n\u2014 countersign/ins-two ${signature.toString('base64')}\n`, [foreign])).toBe('checkpoint_key')
  })

  test.each([
    ['size', (text: string) => text.replace('\n42\n', '\n43\n')],
    ['root', (text: string) => text.replace(/\n[^\n]{44}\n\n/, `\n${Buffer.alloc(32, 1).toString('base64')}\n\n`)],
    ['extensions', (text: string) => text.replace('\n\n', '\nmore\n\n')],
  ])('with their %s changed do not hold', async (_, change) => {
    expect(change(note)).not.toBe(note)
    expect(await codeOf(change(note))).toBe('checkpoint_signature')
  })

  test('with a good and a bad signature of the same key do not hold', async () => {
    const [, line = ''] = note.split('\n\n')
    const zero = Buffer.from(line.trim().split(' ')[2] ?? '', 'base64').fill(0, 4).toString('base64')
    expect(await codeOf(`${note}\u2014 ${origin} ${zero}\n`)).toBe('checkpoint_signature')
  })

  test('are not made by a signer that errs', async () => {
    const wrong = { publicKey: key.publicKey, sign: ledgerKey('other').sign }
    await expect(signCheckpoint({ origin, size: 0, root: emptyRoot }, wrong)).rejects.toMatchObject({ code: 'checkpoint_signature' })
  })
})

describe('leaves', () => {
  const salt = Buffer.alloc(32, 7).toString('base64url')
  const input = { type: 'run.created', time: '2026-11-20T19:30:00.000Z', ids: { run: 'run_1' }, details: { a: 1 }, salt }

  test('are built as they are read', async () => {
    const built = await buildLeaf(input)
    expect(parseLeaf(built.leaf)).toMatchObject({ type: 'run.created', ids: { run: 'run_1' } })
    expect(built.hash.length).toBe(32)
  })

  test.each([
    ['type', { type: 'Run Created' }],
    ['time', { time: '2026-02-30T00:00:00.000Z' }],
    ['time without milliseconds', { time: '2026-11-20T19:30:00Z' }],
    ['ids', { ids: { 'a b': 'x' } }],
    ['salt', { salt: 'AAAA' }],
  ])('are not built with a wrong %s', async (_, wrong) => {
    await expect(buildLeaf({ ...input, ...wrong })).rejects.toMatchObject({ code: 'leaf_invalid' })
  })
})
