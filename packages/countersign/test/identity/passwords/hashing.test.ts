import { describe, expect, test } from 'vitest'
import { createHashing } from '../../../src/identity/passwords/hashing.ts'
import { parsePassword } from '../../../src/identity/passwords/rules.ts'
import { codeOf } from '../world.ts'

const secret = new Uint8Array(32).fill(7)
const password = parsePassword('seven geese by the mill', [])
const other = parsePassword('seven geese by the pond', [])

describe('hashing', () => {
  test('is argon2id with 64 MiB and three passes, salted, and matches that password only', async () => {
    const hashing = createHashing(secret)
    const [one, two] = [await hashing.hash(password), await hashing.hash(password)]
    expect(one).toMatch(/^\$argon2id\$v=19\$m=65536,t=3,p=1\$/)
    expect(one).not.toBe(two)
    expect([await hashing.matches(one, password), await hashing.matches(two, password), await hashing.matches(one, other)]).toEqual([true, true, false])
  })

  test('is worth nothing to who has the database and not the key', async () => {
    const hash = await createHashing(secret).hash(password)
    expect(await createHashing(new Uint8Array(32)).matches(hash, password)).toBe(false)
  })

  test('does the work for nobody, and for a hash that is none, and answers no', async () => {
    const hashing = createHashing(secret)
    expect([await hashing.matches(null, password), await hashing.matches('$argon2id$broken', password), await hashing.matches('', password)]).toEqual([false, false, false])
  })

  test('rests between two while somebody waits, as long as the work took, and not for who comes alone', async () => {
    const rests: { goOn: () => void; milliseconds: number }[] = []
    const hashing = createHashing(secret, { atOnce: 1, waiting: 3 }, (goOn, milliseconds) => void rests.push({ goOn, milliseconds }))
    await hashing.hash(password)
    await hashing.hash(password)
    expect(rests).toEqual([])
    const answered: number[] = []
    const both = [1, 2].map(async (at) => {
      await hashing.hash(password)
      answered.push(at)
    })
    await both[0]
    expect([answered, rests]).toEqual([[1], [{ goOn: expect.any(Function) as () => void, milliseconds: expect.any(Number) as number }]])
    expect(rests[0]?.milliseconds).toBeGreaterThan(0)
    const third = codeOf(hashing.hash(password))
    expect(answered).toEqual([1])
    rests[0]?.goOn()
    await both[1]
    expect(rests).toHaveLength(2)
    rests[1]?.goOn()
    expect(await third).toBe('accepted')
  })

  test('runs so many at once, lets so many wait, and tells the next one when to come back', async () => {
    const hashing = createHashing(secret, { atOnce: 1, waiting: 3 })
    const answers = await Promise.all(Array.from({ length: 7 }, () => codeOf(hashing.hash(password))))
    expect(answers).toEqual(['accepted', 'accepted', 'accepted', 'accepted', 'password_busy', 'password_busy', 'password_busy'])
    const waiting = [1, 2, 3, 4].map(() => hashing.matches(null, password))
    expect(() => hashing.mustHaveRoom()).toThrow(expect.objectContaining({ code: 'password_busy' }))
    await expect(hashing.matches(null, password)).rejects.toMatchObject({ code: 'password_busy', headers: { 'Retry-After': '5' } })
    await Promise.all(waiting)
    hashing.mustHaveRoom()
    expect(await codeOf(hashing.hash(password))).toBe('accepted')
  })
})
