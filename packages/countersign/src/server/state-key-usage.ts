import type { KeyUsage } from '../platform/envelope/index.ts'
import type { Store } from '../platform/store/store.ts'

/** How many sealed bodies are wrapped by each key: whatever has a head, whether it is current, quarantined or only deleted so far. */
export async function stateKeyUsage(store: Pick<Store, 'read'>): Promise<KeyUsage> {
  const rows = await store.read((db) => db.selectFrom('state_body').select(['kek', (count) => count.fn.countAll().as('rows')]).groupBy('kek').execute())
  return new Map(rows.map(({ kek, rows: count }) => [kek, Number(count)]))
}
