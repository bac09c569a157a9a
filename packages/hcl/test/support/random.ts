/** Chance that repeats: a seed gives the same numbers everywhere. Print the seed with what failed. */
export interface Random {
  /** A whole number below `n`. */
  below(n: number): number
  /** One of a list that is not empty. */
  of<T>(list: readonly T[]): T
}

export function random(seed: number): Random {
  let state = (seed * 2654435761 + 1) >>> 0
  const below = (n: number): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) % n
  }
  return { below, of: (list) => list[below(list.length)] as (typeof list)[number] }
}
