import { expect, test } from 'vitest'
import { together } from '../../src/identity/terminal/together.ts'

test('what is asked together is answered in one turn, each with its own answer', async () => {
  const turns: number[][] = []
  const double = together(async (asked: number[]) => {
    turns.push(asked)
    return asked.map((one) => one * 2)
  })
  expect(await Promise.all([1, 2, 3].map(double))).toEqual([2, 4, 6])
  expect(turns).toEqual([[1, 2, 3]])
})

test('what is asked while a turn is under way waits for the next: no answer is older than its question', async () => {
  const turns: string[][] = []
  let open: () => void = () => undefined
  const gate = new Promise<void>((resolve) => (open = resolve))
  const begun = new Promise<void>((resolve) => {
    turns.push = (...items: string[][]) => {
      resolve()
      return Array.prototype.push.apply(turns, items)
    }
  })
  const ask = together(async (asked: string[]) => {
    turns.push(asked)
    if (turns.length === 1) await gate
    return asked
  })
  const first = ask('early')
  await begun
  const second = ask('late')
  open()
  expect(await Promise.all([first, second])).toEqual(['early', 'late'])
  expect([...turns]).toEqual([['early'], ['late']])
})

test('a turn that fails fails for those who were in it, and for nobody after', async () => {
  let turn = 0
  const ask = together(async (asked: number[]) => {
    if (++turn === 1) throw new Error('the database is gone')
    return asked
  })
  expect((await Promise.allSettled([ask(1), ask(2)])).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await ask(3)).toBe(3)
})

test('a turn takes no more than its limit, and one that loses an answer is refused', async () => {
  const sizes: number[] = []
  const ask = together(async (asked: number[]) => {
    sizes.push(asked.length)
    return asked
  }, 2)
  await Promise.all([1, 2, 3, 4, 5].map(ask))
  expect(sizes).toEqual([2, 2, 1])
  await expect(together(async () => [])(1)).rejects.toThrow(/another number/)
})
