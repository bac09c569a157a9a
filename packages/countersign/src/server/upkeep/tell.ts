import type { Parts } from '../parts.ts'

/** The owners are told that the database went back, whoever did it, over every channel there is. */
export async function tellOfRestore({ base, notices }: Pick<Parts, 'base' | 'notices'>): Promise<void> {
  const restored = base.settled.find(({ what }) => what === 'restored')
  if (restored === undefined) return
  const { accepted, leaves, made } = restored.details
  const what = accepted === undefined ? `a backup of ${String(made)}` : `an older database, although a newer checkpoint is known`
  await base.store.write((tx) => notices.trouble(tx, {
    what: 'database-restored', title: 'The database was restored', sentence: `The server was started from ${what}, with ${String(leaves)} entries in its ledger. Whatever was open in it is void. If nobody of you did that, find out who could.`,
  }))
}
