/** One value of the body: where it stands, and what its parsing must mind. Lists of them are flat, because a state has a million. */
import { TfstateError } from '../error.ts'
import { protectNumbers } from '../../plan/text/lexemes.ts'
import type { Json } from '../../plan/index.ts'
import type { Cursor } from './cursor.ts'

/** From, to, and flags: 1 when it has characters beyond ASCII, 2 when it has numbers that a double may not hold. */
export type Slices = number[]

const wide = 1
const big = 2

/** Walks the value at the cursor and appends where it is. @param walk does so in another way; it leaves `wide` and `big` set where they were */
export function takeSlice(cursor: Cursor, into: Slices, walk: () => void = () => cursor.skip()): void {
  cursor.next()
  const from = cursor.at
  cursor.wide = false
  cursor.big = false
  walk()
  into.push(from, cursor.at, (cursor.wide ? wide : 0) | (cursor.big ? big : 0))
}

export const sliceText = (bytes: Buffer, from: number, to: number, flags: number): string =>
  (flags & wide) === 0 ? bytes.toString('latin1', from, to) : bytes.toString('utf8', from, to)

/** The longest instance or output that is parsed, in bytes. Terraform takes 64 MB from a provider at most, and states are indented. */
const longest = 96_000_000

/** The value, with numbers beyond a double as `{"$number": "<lexeme>"}`. The cursor has walked it: it is JSON. */
export function parseSlice(bytes: Buffer, from: number, to: number, flags: number): Json {
  if (to - from > longest) throw new TfstateError('state_resource_invalid', `An instance or output of the state is longer than ${longest} bytes.`)
  const text = sliceText(bytes, from, to, flags)
  const value: Json = JSON.parse((flags & big) === 0 ? text : protectNumbers(text))
  return value
}

export function eachSlice(slices: Slices, visit: (from: number, to: number, flags: number, index: number) => void): void {
  for (let i = 0; i < slices.length; i += 3) visit(slices[i] ?? 0, slices[i + 1] ?? 0, slices[i + 2] ?? 0, i / 3)
}
