/** Inclusion and consistency proofs (RFC 6962 sections 2.1.1 and 2.1.2), made from stored nodes. */
import { fromHex } from '../bytes.ts'
import { emptyRoot, nodeHash } from '../merkle/hash.ts'

/** Reads a whole node that was stored; see `tree.ts` for its coordinates. */
export type ReadNode = (level: number, index: number) => Uint8Array | Promise<Uint8Array>

/** The largest power of two below `width`, and its exponent. */
function splitAt(width: number): { level: number; half: number } {
  let level = 0
  let half = 1
  while (half * 2 < width) {
    half *= 2
    level += 1
  }
  return { level, half }
}

/** The root of the leaves from `start` to before `end`, where `start` is a multiple of a power of two that spans them. */
async function rootBetween(start: number, end: number, read: ReadNode): Promise<Uint8Array> {
  const width = end - start
  if (width === 1) return read(0, start)
  const { level, half } = splitAt(width)
  if (half * 2 === width) return read(level + 1, start / width)
  return nodeHash(await read(level, start / half), await rootBetween(start + half, end, read))
}

/** @throws RangeError when the arguments name no tree, or no leaf of it */
function check(holds: boolean, what: string): void {
  if (!holds) throw new RangeError(what)
}

/** The root at a size at or below the one that is stored. */
export async function rootAt(size: number, read: ReadNode): Promise<Uint8Array> {
  check(Number.isSafeInteger(size) && size >= 0, `${size} is no tree size`)
  return size === 0 ? (fromHex(emptyRoot) ?? new Uint8Array()) : rootBetween(0, size, read)
}

/** Hashes from the leaf's sibling up. */
export async function inclusionProof(index: number, size: number, read: ReadNode): Promise<Uint8Array[]> {
  check(Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size, `no leaf ${index} in ${size}`)
  const proof: Uint8Array[] = []
  let start = 0
  let end = size
  while (end - start > 1) {
    const middle = start + splitAt(end - start).half
    if (index < middle) {
      proof.push(await rootBetween(middle, end, read))
      end = middle
    } else {
      proof.push(await rootBetween(start, middle, read))
      start = middle
    }
  }
  return proof.reverse()
}

/** Empty between equal sizes, and from the empty tree, where there is nothing to prove. */
export async function consistencyProof(first: number, second: number, read: ReadNode): Promise<Uint8Array[]> {
  const sizes = Number.isSafeInteger(first) && Number.isSafeInteger(second) && first >= 0 && first <= second
  check(sizes, `no tree grows from ${first} to ${second}`)
  const proof: Uint8Array[] = []
  if (first === 0 || first === second) return proof
  let start = 0
  let end = second
  while (first !== end) {
    const middle = start + splitAt(end - start).half
    if (first <= middle) {
      proof.push(await rootBetween(middle, end, read))
      end = middle
    } else {
      proof.push(await rootBetween(start, middle, read))
      start = middle
    }
  }
  // a first tree that is a whole subtree from leaf 0 is known to the verifier already
  if (start > 0) proof.push(await rootBetween(start, end, read))
  return proof.reverse()
}
