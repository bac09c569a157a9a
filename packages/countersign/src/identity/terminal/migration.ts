/** A terminal that renews its token holds several, one after another: they are one sign-in, and end together. */
import type { Kysely } from 'kysely'
import type { Migration, Tables } from '../../platform/store/tables.ts'

export const terminalFamilies: Migration = {
  name: 'identity_0007_terminal_families',
  async up(db: Kysely<Tables>) {
    const text = (name: string) => db.schema.alterTable('terminal_token').addColumn(name, 'text', (c) => c.notNull().defaultTo('')).execute()
    for (const name of ['family', 'scope', 'audience', 'acr', 'amr']) await text(name)
    await db.schema.alterTable('terminal_token').addColumn('family_expires_at', 'bigint', (c) => c.notNull().defaultTo(0)).execute()
    // What was signed in before this is a family of one.
    await db.updateTable('terminal_token').set((token) => ({ family: token.ref('id'), family_expires_at: token.ref('expires_at'), acr: 'aal2' })).execute()
    await db.schema.createIndex('terminal_token_family').on('terminal_token').column('family').execute()
  },
}
