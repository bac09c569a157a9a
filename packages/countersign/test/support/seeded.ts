/** Chance with a seed, so that a failing run can be had again: COUNTERSIGN_TEST_SEED. */
export type Chance = () => number

export function seedOfRun(): number {
  return Number(process.env['COUNTERSIGN_TEST_SEED'] ?? Date.now() % 1_000_000)
}

/** Numbers from 0 to 1, 1 excluded. */
export function seeded(seed: number): Chance {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
