/** Seeds at rest: sealed for one row and one person. Whoever swaps rows in the database gets nothing that opens. */
import type { Random } from '../../platform/random.ts'
import type { Sealing } from '../../platform/sealing.ts'
import { seedBytes } from './one-time.ts'

export interface Seeds {
  /** A new one, and how it is kept. */
  make(app: { id: string; person: string }): { seed: Uint8Array; sealed: string }
  /** @throws SealingError when it was changed or belongs elsewhere. */
  open(app: { id: string; person: string; sealedSeed: string }): Uint8Array
}

export function createSeeds({ sealing, random, instance }: { sealing: Sealing; random: Random; instance: string }): Seeds {
  const place = ({ id, person }: { id: string; person: string }) => ({ instance, table: 'totp_authenticator', row: id, owner: person })
  return {
    make(app) {
      const seed = random.bytes(seedBytes)
      return { seed, sealed: sealing.seal(place(app), seed) }
    },
    open: (app) => sealing.open(place(app), app.sealedSeed),
  }
}
