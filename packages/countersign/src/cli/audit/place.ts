/** The ledger of a data folder, opened to be read and nothing else, beside a server that may run on it. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { loadSettings } from '../../platform/settings.ts'
import { openStore } from '../../platform/store/open.ts'
import type { Store } from '../../platform/store/store.ts'
import { migrations } from '../../server/base.ts'
import { CliError } from '../exit.ts'

export type PlaceOptions = { data?: string; databaseUrl?: string }
export type LedgerPlace = { readonly data: string; readonly databaseUrl: string }

/** Throws CliError `data_missing`. */
export function placeOf(options: PlaceOptions): LedgerPlace {
  const { settings: { data, databaseUrl } } = loadSettings({ data: options.data, databaseUrl: options.databaseUrl }, process.env)
  if (databaseUrl === '' && !existsSync(join(data, 'countersign.db'))) throw new CliError('data_missing', `There is no ledger in ${data}.`, 'Name the server\'s data folder with --data.')
  return { data, databaseUrl }
}

/** The caller closes it. */
export async function openLedgerStore({ data, databaseUrl }: LedgerPlace): Promise<Store> {
  return await openStore({ dataDir: data, databaseUrl, migrations, readOnly: true })
}
