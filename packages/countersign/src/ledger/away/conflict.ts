/** Somewhere else lies another checkpoint of the same size: one of the two histories is not the one that was signed first. */
export class AwayConflict extends Error {
  override readonly name = 'AwayConflict'

  constructor(size: number) {
    super(`another checkpoint over ${size} leaves lies there already: this ledger was rolled back or rewritten, or is not the one that this place belongs to`)
  }
}
