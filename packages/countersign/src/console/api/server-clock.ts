/**
 * The server's clock, as far as its answers tell: expiries are its word, so remaining times are counted against it and
 * not against this computer's clock, which may be wrong by hours.
 */
let aheadMs = 0

export function hearTime(dateHeader: string | null): void {
  const server = dateHeader === null ? Number.NaN : Date.parse(dateHeader)
  // The header has whole seconds: half a second is added to be right on average, and smaller corrections are noise.
  if (Number.isNaN(server)) return
  const ahead = server + 500 - Date.now()
  aheadMs = Math.abs(ahead) < 2_000 ? 0 : ahead
}

export function serverNow(): number {
  return Date.now() + aheadMs
}
