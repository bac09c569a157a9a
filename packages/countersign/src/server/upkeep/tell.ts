import type { Parts } from '../parts.ts'
import { marksOf } from './marks.ts'

/** The owners are told that the database went back, whoever did it, over every channel there is. A start that fails after the settling has told nobody: the next one does. */
export async function tellOfRestore({ base, notices }: Pick<Parts, 'base' | 'notices'>): Promise<void> {
  const restored = (await marksOf(base.store)).find(({ name, state }) => name === 'restored' && state === 'settled')
  if (restored === undefined) return
  const { accepted, leaves, made } = restored.details
  const what = accepted === undefined ? `a backup of ${String(made)}` : 'an older database, although a newer checkpoint is known'
  await base.store.write(async (tx) => {
    const told = await tx.updateTable('platform_mark').set({ state: 'done' }).where('name', '=', 'restored').where('state', '=', 'settled').executeTakeFirst()
    if (told.numUpdatedRows === 0n) return
    await notices.trouble(tx, {
      what: 'database-restored', title: 'The database was restored', sentence: `The server was started from ${what}, with ${String(leaves)} entries in its ledger. Whatever was open in it is void. If nobody of you did that, find out who could.`,
    })
  })
}
