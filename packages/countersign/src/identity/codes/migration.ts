/** Apps that were set up from a terminal are told apart: their own person has to type what the terminal showed. */
import type { Kysely } from 'kysely'
import type { Migration, Tables } from '../../platform/store/tables.ts'

export const appsFromTerminals: Migration = {
  name: 'identity_1101_apps_from_terminals',
  async up(db: Kysely<Tables>) {
    await db.schema.alterTable('totp_authenticator').addColumn('from_terminal', 'text', (c) => c.notNull().defaultTo('')).execute()
  },
}
