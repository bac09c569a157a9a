import { expect, test } from 'vitest'
import { systemRandom } from '../../src/platform/random.ts'
import { createSealing, SealingError, type SealedPlace } from '../../src/platform/sealing.ts'

const key = systemRandom.bytes(32)
const sealing = createSealing(key, systemRandom)
const place: SealedPlace = { instance: 'ins_1', table: 'totp_authenticator', row: 'aut_1', owner: 'usr_1' }
const plain = new TextEncoder().encode('a seed that nobody may see')

const codeOf = (work: () => unknown): string => {
  try {
    work()
    return 'opened'
  } catch (error) {
    if (error instanceof SealingError) return error.code
    throw error
  }
}

test('what was sealed opens in its place, and only its length can be seen', () => {
  const sealed = sealing.seal(place, plain)
  expect(sealing.open(place, sealed)).toEqual(plain)
  for (const text of [Buffer.from(plain).toString('utf8'), Buffer.from(plain).toString('base64url'), Buffer.from(plain).toString('hex')]) expect(sealed).not.toContain(text)
  expect(sealing.seal(place, plain)).not.toBe(sealed)
})

const elsewhere: Partial<SealedPlace>[] = [{ instance: 'ins_2' }, { table: 'other' }, { row: 'aut_2' }, { owner: 'usr_2' }, { row: 'aut_1","usr_1', owner: '' }]
for (const change of elsewhere)
  test(`in another place it does not: ${JSON.stringify(change)}`, () => {
    expect(codeOf(() => sealing.open({ ...place, ...change }, sealing.seal(place, plain)))).toBe('sealed_elsewhere')
  })

test('with any character changed it does not open, and no text makes it do anything else', () => {
  const sealed = sealing.seal(place, plain)
  for (let at = 0; at < sealed.length; at++) {
    const changed = `${sealed.slice(0, at)}${sealed[at] === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`
    const same = Buffer.from(sealed.split('.')[2] ?? '', 'base64url').equals(Buffer.from(changed.split('.')[2] ?? '', 'base64url')) && Buffer.from(sealed.split('.')[3] ?? '', 'base64url').equals(Buffer.from(changed.split('.')[3] ?? '', 'base64url')) && sealed.slice(0, 14) === changed.slice(0, 14)
    // The last character of base64url may hold bits that no byte needs.
    if (!same) expect(codeOf(() => sealing.open(place, changed)), `character ${at}`).toMatch(/^sealed_elsewhere$|^sealing_key_unknown$/)
  }
  for (const text of ['', '.', 'v1', 'v1...', 'v2.a.b.c', `${sealed}.`, sealed.slice(0, -20)]) expect(codeOf(() => sealing.open(place, text))).toMatch(/^sealed_elsewhere$|^sealing_key_unknown$/)
})

test('parts of two sealed values do not make a third', () => {
  const [one, two] = [sealing.seal(place, plain), sealing.seal(place, plain)].map((sealed) => sealed.split('.'))
  expect(codeOf(() => sealing.open(place, [one?.[0], one?.[1], one?.[2], two?.[3]].join('.')))).toBe('sealed_elsewhere')
})

test('another key is told apart from a changed value', () => {
  const other = createSealing(systemRandom.bytes(32), systemRandom)
  expect(codeOf(() => other.open(place, sealing.seal(place, plain)))).toBe('sealing_key_unknown')
  expect(createSealing(key, systemRandom).open(place, sealing.seal(place, plain))).toEqual(plain)
})
