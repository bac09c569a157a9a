/** The only source of "now". Tests pass their own, so that no test waits and none asserts on time. */
export interface Clock {
  /** Milliseconds since the Unix epoch. Of a steady clock, never less than at any call before. */
  now(): number
  /** What the machine's clock says, where that can differ: for what others count by theirs. */
  readonly wall?: () => number
  /** The time is at least this: what is known of it from before the start. */
  readonly atLeast?: (milliseconds: number) => void
}

export const systemClock: Clock = { now: () => Date.now() }

/** For what is compared with other people's clocks (a code of an authenticator app, a terminal's proof), and never for whether something has expired. */
export function wallOf(clock: Clock): number {
  return clock.wall?.() ?? clock.now()
}

/**
 * A clock that never goes back, so that nothing which has expired is good again when the machine's clock is set back: by an
 * administrator, a dead battery, or whoever can speak for the time server. While the machine's clock is behind, this one runs at half
 * speed until that has caught up. What a step forward has ended stays ended: that is the safe side.
 *
 * @param elapsed milliseconds of a clock that nobody can set
 */
export function steadyClock(system: Clock = systemClock, elapsed: () => number = () => performance.now()): Clock {
  let highest = system.now()
  let at = elapsed()
  return {
    now() {
      const then = at
      at = elapsed()
      highest = Math.max(system.now(), highest + (at - then) / 2)
      return Math.floor(highest)
    },
    wall: () => system.now(),
    atLeast(milliseconds) {
      highest = Math.max(highest, milliseconds)
    },
  }
}

/** RFC 3339 in UTC with milliseconds, the one form of time in JSON: `2026-11-20T19:30:00.000Z`. */
export function rfc3339(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
