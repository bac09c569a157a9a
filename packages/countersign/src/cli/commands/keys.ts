import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { rfc3339, systemClock } from '../../platform/clock.ts'
import { findStateKeys, openStateKeys, prune, readPassphrase, whyKept, type KeyUsage, type StateKey, type Why } from '../../platform/envelope/index.ts'
import { systemRandom } from '../../platform/random.ts'
import { loadSettings, type Settings } from '../../platform/settings.ts'
import { openStore } from '../../platform/store/open.ts'
import { migrations } from '../../server/base.ts'
import { stateKeyUsage } from '../../server/state-key-usage.ts'
import { CliError, exitCodes, type ExitCode } from '../exit.ts'
import type { Output } from '../output.ts'
import type { Runner } from './table.ts'

type Options = { data?: string; databaseUrl?: string; stateKey?: string; statePassphraseFile?: string; json?: boolean }

const note = `
For the machine that the server runs on, as the user it runs as; beside a running server too. It sees a new key at once, and wraps
what it keeps anew in the background: only data keys, a few bytes for each version, never the states themselves.`

export function define(command: Command, run: Runner): void {
  command.addHelpText('after', '\nExamples:\n  countersign keys status\n  countersign keys rotate-state')
  const doing = (work: (settings: Settings, output: Output) => Promise<ExitCode>) => async (options: Options): Promise<void> => await run(options.json, async (output) => await work(settingsOf(options), output))
  withFolder(command.command('status'))
    .description('list the keys that states are encrypted with, and how much each one guards')
    .addHelpText('after', `${note}\n\nExamples:\n  countersign keys status\n  countersign keys status --json | jq .remaining`)
    .action(doing(status))
  withFolder(command.command('rotate-state'))
    .description('make a new key for states and make it the current one')
    .addHelpText('after', `${note}\n\nExamples:\n  countersign keys rotate-state\n  countersign keys status        until nothing is left\n  countersign keys prune`)
    .action(doing(rotate))
  withFolder(command.command('prune'))
    .description('remove keys that nothing in the database is wrapped by')
    .addHelpText('after', `
A key goes when it is not the current one, nothing is wrapped by it, and the rotation was an hour ago. A backup of the database
that is older than that still needs it: keep a copy of the key with that backup, or do not prune.

Examples:
  countersign keys prune`)
    .action(doing(pruneKeys))
}

function withFolder(command: Command): Command {
  return command
    .option('--data <folder>', 'the data folder (COUNTERSIGN_DATA, $XDG_DATA_HOME/countersign)')
    .option('--database-url <url>', 'the PostgreSQL database, if the server uses one (COUNTERSIGN_DATABASE_URL, countersign.yaml)')
    .option('--state-key <protection>', 'file or passphrase, as the server has it (COUNTERSIGN_STATE_KEY, countersign.yaml)')
    .option('--state-passphrase-file <file>', 'file with the passphrase (COUNTERSIGN_STATE_PASSPHRASE_FILE, countersign.yaml)')
    .option('--json', 'print one JSON document to stdout')
}

function settingsOf({ data, databaseUrl, stateKey, statePassphraseFile }: Options): Settings {
  const { settings } = loadSettings({ data, databaseUrl, stateKey, statePassphraseFile }, process.env)
  const folder = statSync(settings.data, { throwIfNoEntry: false })
  if (!folder?.isDirectory() || (settings.databaseUrl === '' && !existsSync(join(settings.data, 'countersign.db')))) throw new CliError('data_missing', `There is no server's data in ${settings.data}.`, 'Name the server\'s data folder with --data.')
  // A key that root made could not be read by the server.
  if (process.platform !== 'win32' && folder.uid !== process.getuid?.()) throw new CliError('data_not_yours', `${settings.data} belongs to another user.`, 'Run this as the user that the server runs as.')
  return settings
}

async function status(settings: Settings, output: Output): Promise<ExitCode> {
  const folder = await findStateKeys(settings.data, settings.stateKey)
  const usage = await withUsage(settings, async (read) => await read())
  const keys = (await folder.list()).map((key, _at, all) => ({ ...key, sealed: usage.get(key.id) ?? 0, why: whyKept(key, all, usage, systemClock) }))
  const missing = [...usage].filter(([id]) => !keys.some((key) => key.id === id)).map(([id, sealed]) => ({ id, sealed }))
  const total = [...usage.values()].reduce((sum, sealed) => sum + sealed, 0)
  const remaining = total - (usage.get(folder.current()) ?? 0)
  if (keys.length === 0 && missing.length === 0) output.line('There is no key yet: the first one is made with the first state.')
  for (const key of keys) output.line(`${key.id}  ${rfc3339(key.madeAt)}  ${key.protection.padEnd(10)}  ${String(key.sealed).padStart(7)} sealed   ${wordsFor(key.why)}`)
  for (const { id, sealed } of missing) output.line(`${output.paint.red(id)}  ${output.paint.red('MISSING')}: ${sealed} sealed with it cannot be opened. Restore it from the backup.`)
  if (total > 0) output.line(remaining === 0 ? `All ${total} are wrapped by the current key.` : `${total - remaining} of ${total} are wrapped by the current key; the server wraps the other ${remaining} anew.`)
  output.data({ protection: settings.stateKey, current: folder.current(), total, remaining, missing, keys: keys.map(({ id, protection, madeAt, current, sealed, why }) => ({ id, protection, madeAt: rfc3339(madeAt), current, sealed, removable: why === null })) })
  return missing.length === 0 ? exitCodes.done : exitCodes.error
}

async function rotate(settings: Settings, output: Output): Promise<ExitCode> {
  const passphrase = await readPassphrase(process.env, settings.statePassphraseFile)
  const keys = await openStateKeys({ dataDir: settings.data, protection: settings.stateKey, passphrase, clock: systemClock, random: systemRandom })
  const before = keys.current()
  const current = await keys.rotate()
  output.line(`${current} is the current key. Copy it into the backup: without it nothing that is written from now on can be read.`)
  if (before !== '') output.line('The server wraps what there is anew. See how far it is with: countersign keys status')
  output.data({ current, before: before === '' ? null : before })
  return exitCodes.done
}

async function pruneKeys(settings: Settings, output: Output): Promise<ExitCode> {
  const folder = await findStateKeys(settings.data, settings.stateKey)
  const removed = await withUsage(settings, async (read) => await prune(folder, read, systemClock))
  const kept = await folder.list()
  const usage = await withUsage(settings, async (read) => await read())
  for (const id of removed) output.line(`${id}  removed`)
  for (const key of kept) output.line(`${key.id}  stays: ${wordsFor(whyKept(key, kept, usage, systemClock))}`)
  output.data({ removed, kept: kept.map(({ id }: StateKey) => id) })
  return exitCodes.done
}

async function withUsage<T>(settings: Settings, work: (read: () => Promise<KeyUsage>) => Promise<T>): Promise<T> {
  const store = await openStore({ dataDir: settings.data, databaseUrl: settings.databaseUrl, migrations, readOnly: true })
  try {
    return await work(() => stateKeyUsage(store))
  } finally {
    await store.close()
  }
}

const words: Record<Why, string> = { current: 'current', 'in-use': 'needed until all of it is wrapped anew', 'too-new': 'needed for an hour after the rotation' }
const wordsFor = (why: Why | null): string => (why === null ? 'not needed: countersign keys prune' : words[why])
