/** The first start after a restore or a move: what has to happen before anybody is served, in one unit with its leaf. */
import type { Ledger } from '../../ledger/index.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Store } from '../../platform/store/store.ts'
import { isWaiting, marksOf, setMark, type Details } from './marks.ts'
import { voidEverything, type VoidedCounts } from './voiding.ts'

export type Settled = { what: 'restored' | 'moved-here'; details: Details; voided: VoidedCounts }

/** Of several servers that start at once one does it. `details` of the leaf name the backup, the tree it ended with and what became void. */
export async function settle({ store, ledger, clock }: { store: Store; ledger: Ledger; clock: Clock }): Promise<Settled[]> {
  const settled: Settled[] = []
  for (const { name } of (await marksOf(store)).filter(isWaiting)) {
    const one = await store.write(async (tx): Promise<Settled | null> => {
      const row = await tx.selectFrom('platform_mark').selectAll().where('name', '=', name).where('state', '=', 'waiting').executeTakeFirst()
      if (row === undefined || name === 'moved-away') return null
      const details = JSON.parse(row.details) as Details
      const voided = name === 'restored' ? await voidEverything(tx, { ledger, clock }) : {}
      await ledger.append(tx, { type: name === 'restored' ? 'ledger.restored' : 'ledger.moved', ids: {}, details: { ...details, ...(name === 'restored' ? { voided: { ...voided } } : {}) } })
      await setMark(tx, { name, state: name === 'restored' ? 'settled' : 'done', details, at: row.at })
      return { what: name, details, voided }
    })
    if (one !== null) settled.push(one)
  }
  return settled
}
