/** A clock that cannot be turned back. */
import { describe, expect, it } from 'vitest'
import { steadyClock, wallOf } from '../../src/platform/clock.ts'

function hands(at = 1_000_000) {
  const hand = { wall: at, elapsed: 0 }
  const clock = steadyClock({ now: () => hand.wall }, () => hand.elapsed)
  const pass = (ms: number): void => {
    hand.wall += ms
    hand.elapsed += ms
  }
  return { hand, clock, pass }
}

describe('the steady clock', () => {
  it('goes with the machine', () => {
    const { clock, pass } = hands()
    pass(5_000)
    expect(clock.now()).toBe(1_005_000)
  })

  it('does not go back with it, runs at half speed, and goes with it again once that has caught up', () => {
    const { hand, clock, pass } = hands()
    pass(10_000)
    const before = clock.now()
    hand.wall -= 3_600_000
    expect(clock.now()).toBe(before)
    pass(60_000)
    expect(clock.now()).toBe(before + 30_000)
    expect(wallOf(clock)).toBe(hand.wall)
    pass(7_200_000)
    expect(clock.now()).toBe(hand.wall)
  })

  it('what a step forward has ended stays ended', () => {
    const { hand, clock } = hands()
    hand.wall += 3_600_000
    const later = clock.now()
    hand.wall -= 3_600_000
    expect(clock.now()).toBeGreaterThanOrEqual(later)
  })

  it('begins where a server before it ended', () => {
    const { clock } = hands()
    clock.atLeast?.(9_000_000)
    expect(clock.now()).toBe(9_000_000)
  })
})
