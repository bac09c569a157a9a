/** What two servers stand on: one database, a clock that is turned, chance that is seeded, and where the faults come from. */
import type { Store } from '../../src/platform/store/store.ts'
import type { Policy } from '../../src/policy/index.ts'
import type { History } from './history.ts'
import type { Installation } from './installation.ts'
import type { MemoryDatabase } from './memory-database.ts'
import type { Seeded } from './seeded.ts'
import type { Stage } from './stage.ts'

export type Machine = {
  readonly installation: Installation
  readonly policy: Policy
  readonly database: MemoryDatabase
  /** As it is, without waiting and without faults. */
  readonly store: Store
  readonly stage: Stage
  readonly seeded: Seeded
  readonly history: History
  readonly time: Time
  /** How many faults may still come. */
  faults: number
}

/** The machine's clock, which somebody sets, and the one that nobody can set; ms. */
export class Time {
  wall: number
  elapsed = 0
  readonly start: number

  constructor(start: number) {
    this.start = this.wall = start
  }

  passes(ms: number): void {
    this.wall += ms
    this.elapsed += ms
  }

  isSet(by: number): void {
    this.wall += by
  }

  since(): number {
    return this.wall - this.start
  }
}
