import { dirname, resolve } from 'node:path'
import type { Command } from 'commander'
import { createBackup } from '../../server/upkeep/create.ts'
import { openKeys, saveKeys } from '../../server/upkeep/key-bundle.ts'
import { readBackup, type Read } from '../../server/upkeep/read.ts'
import { restoreBackup } from '../../server/upkeep/restore.ts'
import type { VoidedCounts } from '../../server/upkeep/voiding.ts'
import { CliError, exitCodes, type ExitCode } from '../exit.ts'
import { safe, type Output } from '../output.ts'
import { progressIfSlow } from '../render/progress.ts'
import { placeOf, requireData, sizeInWords, tellOf, upkeepOf, withPlace, type PlaceOptions } from '../upkeep/place.ts'
import { secretOf, withSecret, type SecretOptions } from '../upkeep/secret.ts'
import type { Runner } from './table.ts'

type CreateOptions = PlaceOptions & SecretOptions & { to?: string; keysTo?: string }
type RestoreOptions = PlaceOptions & SecretOptions & { keys?: string }

export function define(command: Command, run: Runner): void {
  command.addHelpText('after', '\nExamples:\n  countersign backup create --to today.csbackup --key-file backup.key\n  countersign backup verify today.csbackup --key-file backup.key')
  withSecret(withPlace(command.command('create')))
    .description('write a backup of the database and the checkpoints, sealed; beside a running server too')
    .option('--to <file>', 'the file to write; one that is there is not written over')
    .option('--keys-to <file>', 'a file of its own for what is in keys/, sealed; keep it apart from the backups')
    .addHelpText('after', `
One moment of the database is read, on SQLite and on PostgreSQL, into a form that restores into either. Settings (countersign.yaml) are not
in it. The keys never are: with --keys-to they go into a file of their own, which changes only when a key does.

Examples:
  countersign backup create --to /backup/2026-11-21.csbackup --passphrase-file /etc/countersign/backup.passphrase
  countersign backup create --keys-to /safe/countersign.cskeys
  countersign backup create --to today.csbackup --key-file backup.key --json`)
    .action(async (options: CreateOptions) => await run(options.json, async (output) => await create(options, output)))
  withSecret(command.command('verify <file>'))
    .description('open all of a backup, and check its ledger against the newest checkpoint inside')
    .option('--json', 'print one JSON document to stdout')
    .addHelpText('after', `
Examples:
  countersign backup verify /backup/2026-11-21.csbackup`)
    .action(async (file: string, options: SecretOptions & { json?: boolean }) => await run(options.json, async (output) => await verify(file, options, output)))
  withSecret(withPlace(command.command('restore <file>')))
    .description('make a database of a backup, in an empty folder or an empty PostgreSQL database')
    .option('--keys <file>', 'the file that --keys-to wrote; without it the command says which keys are missing')
    .addHelpText('after', `
Nothing is written over. The first start after it makes void whatever was open in the backup: countersignatures that were not used, requests,
sessions, terminals, links, codes and credentials for states. It says so in the ledger. People sign in anew.

Examples:
  countersign backup restore /backup/2026-11-21.csbackup \\
    --data /var/lib/countersign.new --keys /safe/countersign.cskeys
  countersign backup restore today.csbackup --data /var/lib/countersign.new \\
    --database-url postgres://countersign@localhost/restored`)
    .action(async (file: string, options: RestoreOptions) => await run(options.json, async (output) => await restore(file, options, output)))
}

async function create({ to, keysTo, ...options }: CreateOptions, output: Output): Promise<ExitCode> {
  if (to === undefined && keysTo === undefined) throw new CliError('backup_target', 'Say where to.', 'Name a file with --to, with --keys-to, or two files with both.')
  if (to !== undefined && keysTo !== undefined && resolve(to) === resolve(keysTo)) throw new CliError('backup_target', 'The keys do not go into the file with the database.', 'Name two files, and keep them apart.')
  const settings = requireData(placeOf(options))
  const secret = await secretOf(options, true)
  const progress = progressIfSlow(output, `reading ${settings.data}`)
  const upkeep = upkeepOf(settings, tellOf(output, progress))
  const { made, keys } = await (async () => ({
    made: to === undefined ? null : await createBackup(upkeep, to, secret),
    keys: keysTo === undefined ? null : await saveKeys(upkeep, keysTo, secret),
  }))().finally(() => progress.end())
  if (to !== undefined && made) {
    output.line(`${safe(to)}   ${sizeInWords(made.size)}, ${made.rows} rows, ${made.head.leaves} leaves, ${made.checkpoints} checkpoints, as of ${made.head.at}`)
    output.line(`Check it with: countersign backup verify ${safe(to)}`)
  }
  if (keysTo !== undefined && keys) output.line(`${safe(keysTo)}   ${keys.keys.length} keys. Whoever opens this file and a backup can speak as this installation: keep them apart.`)
  else if (made) output.line('The keys are not in it. Save them once, and after each new key of states, with --keys-to.')
  if (to !== undefined && keysTo !== undefined && dirname(resolve(to)) === dirname(resolve(keysTo))) output.warn(`${output.paint.yellow('Warning')}: backup and keys lie in one folder. Take the keys somewhere else.`)
  output.data({ backup: made && { file: to, id: made.id, size: made.size, at: made.head.at, leaves: made.head.leaves, root: made.head.root, rows: made.rows, checkpoints: made.checkpoints }, keys: keys && { file: keysTo, size: keys.size, keys: keys.keys } })
  return exitCodes.done
}

async function verify(file: string, options: SecretOptions, output: Output): Promise<ExitCode> {
  const secret = await secretOf(options, false)
  const progress = progressIfSlow(output, `checking ${safe(file)}`)
  const read = await readBackup(file, secret, {}, tellOf(output, progress)).finally(() => progress.end())
  tell(read, output)
  output.line(output.paint.green('The backup is whole.'))
  output.data(facts(read))
  return exitCodes.done
}

async function restore(file: string, { keys: keysFile, ...options }: RestoreOptions, output: Output): Promise<ExitCode> {
  const settings = placeOf(options)
  const secret = await secretOf(options, false)
  const keys = keysFile === undefined ? null : await openKeys(keysFile, secret)
  const progress = progressIfSlow(output, `restoring ${safe(file)}`)
  const restored = await restoreBackup(upkeepOf(settings, tellOf(output, progress)), file, secret, keys).finally(() => progress.end())
  tell(restored, output)
  output.line(`Restored into ${settings.databaseUrl === '' ? settings.data : `PostgreSQL, checkpoints in ${settings.data}`}.`)
  const open = voidedInWords(restored.toVoid)
  output.line(`The first start makes void what was open in it${open === '' ? ': nothing was' : `: ${open}`}, and writes so into the ledger.`)
  output.line(`Whatever was changed after ${restored.head.at} is not in it: keys that were revoked and roles that were taken since count again. Go through them before you let people in.`)
  for (const one of restored.missing) output.line(`${output.paint.yellow('Missing')}: ${one}`)
  if (restored.missing.length > 0) output.line(keysFile === undefined ? `Put them into ${settings.data}/keys (0600 in a 0700 folder), or restore again with --keys.` : 'Look for a newer file of keys.')
  output.data({ ...facts(restored), data: settings.data, database: restored.dialect, toVoid: restored.toVoid, missing: restored.missing })
  return exitCodes.done
}

function tell({ head, size, rows, checkpoint }: Read, output: Output): void {
  output.line(`${sizeInWords(size)}, as of ${head.at}, from ${head.dialect === 'sqlite' ? 'SQLite' : 'PostgreSQL'}, by version ${safe(head.version)}, schema ${safe(head.migrations.at(-1)?.name ?? '')}`)
  output.line(`${rows} rows in ${head.tables.length} tables; ${head.leaves} leaves, root ${head.root}`)
  output.line(checkpoint === null ? 'No checkpoint is inside.' : `newest checkpoint inside: over ${checkpoint.size} leaves; its signature holds, and the leaves agree`)
}

const facts = ({ id, size, head, rows, checkpoint }: Read) => ({ id, size, at: head.at, from: head.dialect, version: head.version, migrations: head.migrations.map(({ name }) => name), instance: head.instance, rows, leaves: head.leaves, root: head.root, checkpoint })

const words: Record<keyof VoidedCounts, string> = {
  grants: 'grants', challenges: 'requests', ceremonies: 'ceremonies', sessions: 'sessions', terminals: 'terminals', links: 'invitations', recoveryCodes: 'recovery codes',
  codes: 'authenticator apps (their codes up to then)', stateCredentials: 'credentials for states', stateLeases: 'reading leases', calls: 'remembered calls',
}

function voidedInWords(counts: VoidedCounts): string {
  return (Object.entries(counts) as [keyof VoidedCounts, number][]).map(([name, count]) => `${words[name]}: ${count}`).join(', ')
}
