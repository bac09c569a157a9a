/** The only source of "now". Tests pass their own, so that no test waits and none asserts on time. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number
}

export const systemClock: Clock = { now: () => Date.now() }

/** RFC 3339 in UTC with milliseconds, the one form of time in JSON: `2026-11-20T19:30:00.000Z`. */
export function rfc3339(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
