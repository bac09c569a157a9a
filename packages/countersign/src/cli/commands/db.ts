import type { Command } from 'commander'
import { openStore } from '../../platform/store/open.ts'
import { migrations } from '../../server/base.ts'
import { moveBack, moveDatabase } from '../../server/upkeep/move.ts'
import { statusOf, type Status } from '../../server/upkeep/status.ts'
import { CliError, exitCodes, type ExitCode } from '../exit.ts'
import { safe, type Output } from '../output.ts'
import { progressIfSlow } from '../render/progress.ts'
import { placeOf, requireData, sizeInWords, tellOf, upkeepOf, withPlace, type PlaceOptions } from '../upkeep/place.ts'
import type { Runner } from './table.ts'

type MoveOptions = { data?: string; json?: boolean; to?: string; back?: boolean }

export function define(command: Command, run: Runner): void {
  command.addHelpText('after', '\nExamples:\n  countersign db status\n  countersign db migrate')
  withPlace(command.command('status'))
    .description('what the database is: kind, schema, size, leaves, newest checkpoint; changes nothing')
    .addHelpText('after', `
Beside a running server too, and on a database of any version.

Examples:
  countersign db status
  countersign db status --data /var/lib/countersign --json`)
    .action(async (options: PlaceOptions) => await run(options.json, async (output) => await status(options, output)))
  withPlace(command.command('migrate'))
    .description('bring the schema up to date, as the next start would')
    .addHelpText('after', `
With the server stopped. Each step happens whole or not at all; one that was interrupted is run again. There is no way down: back up first.

Examples:
  countersign backup create --to before-update.csbackup && countersign db migrate`)
    .action(async (options: PlaceOptions) => await run(options.json, async (output) => await migrate(options, output)))
  command
    .command('move')
    .description('move from the database in the data folder to PostgreSQL')
    .option('--to <url>', 'the empty PostgreSQL database (or COUNTERSIGN_DATABASE_URL, where a password does not show)')
    .option('--back', 'start from the data folder again: only where nobody has worked on PostgreSQL since')
    .option('--data <folder>', 'the data folder (COUNTERSIGN_DATA, $XDG_DATA_HOME/countersign)')
    .option('--json', 'print one JSON document to stdout')
    .addHelpText('after', `
With the server stopped. Every table is counted and digested on both sides and the ledger's tree computed anew, before the database in
the folder is marked as moved and starts no more. What is interrupted goes on with the same command.

Examples:
  countersign db move --to postgres://countersign@localhost/countersign
  countersign db move --back`)
    .action(async (options: MoveOptions) => await run(options.json, async (output) => await move(options, output)))
}

async function status(options: PlaceOptions, output: Output): Promise<ExitCode> {
  const settings = requireData(placeOf(options))
  const found = await statusOf(upkeepOf(settings))
  const { schema, checkpoint, leaves } = found
  output.line(`${found.dialect === 'sqlite' ? `SQLite in ${settings.data}` : `PostgreSQL, keys and checkpoints in ${settings.data}`}   ${sizeInWords(found.size)}`)
  output.line(`schema: ${schema.recorded.length} steps, the last ${safe(schema.recorded.at(-1)?.name ?? 'none')}; ${wordsFor(found)}`)
  output.line(leaves === null ? 'No ledger was begun.' : `ledger: ${leaves} leaves, root ${found.root ?? ''}`)
  if (leaves !== null) output.line(checkpoint === null ? 'No checkpoint was signed.' : `newest checkpoint: over ${checkpoint.size} leaves; in the folder: ${found.inFolder === null ? 'none' : `over ${found.inFolder}`}`)
  for (const { name, state, at } of found.marks) output.line(`${name}, ${state}, since ${new Date(at).toISOString()}`)
  output.data({
    dialect: found.dialect, data: settings.data, size: found.size, instance: found.instance, leaves, root: found.root, checkpoint, checkpointInFolder: found.inFolder, marks: found.marks,
    schema: { recorded: schema.recorded.map(({ name }) => name), missing: schema.missing, unknown: schema.unknown, changed: schema.changed },
  })
  return exitCodes.done
}

function wordsFor({ schema: { missing, unknown, changed } }: Status): string {
  if (unknown.length > 0) return `made by a newer version of Countersign (${safe(unknown.join(', '))}): use that one`
  if (changed.length > 0) return `not made by a released version (${safe(changed.join(', '))} differs)`
  return missing.length === 0 ? 'up to date' : `${missing.length} to come at the next start, or with: countersign db migrate`
}

async function migrate(options: PlaceOptions, output: Output): Promise<ExitCode> {
  const settings = requireData(placeOf(options))
  const upkeep = upkeepOf(settings)
  const before = await statusOf(upkeep)
  const progress = progressIfSlow(output, `bringing ${settings.data} up to date`)
  const store = await openStore({ dataDir: settings.data, databaseUrl: settings.databaseUrl, migrations, limits: { unitMs: 24 * 3600 * 1000 } }).finally(() => progress.end())
  await store.close()
  const had = new Set(before.schema.recorded.map(({ name }) => name))
  const applied = (await statusOf(upkeep)).schema.recorded.map(({ name }) => name).filter((name) => !had.has(name))
  for (const name of applied) output.line(`${safe(name)}   done`)
  if (applied.length === 0) output.line('The database is up to date already.')
  output.data({ applied })
  return exitCodes.done
}

async function move({ data, to, back }: MoveOptions, output: Output): Promise<ExitCode> {
  const settings = requireData({ ...placeOf(data === undefined ? {} : { data }), databaseUrl: '' })
  if (back === true) {
    const away = await moveBack(upkeepOf(settings))
    output.line(`The database in ${settings.data} starts again. Do not start ${safe(String(away['to']))} any more, and take database_url out of the settings.`)
    output.data({ back: settings.data })
    return exitCodes.done
  }
  const target = to ?? process.env['COUNTERSIGN_DATABASE_URL']
  if (!target) throw new CliError('move_refused', 'Say where to.', 'Name the empty PostgreSQL database with --to, or in COUNTERSIGN_DATABASE_URL.')
  const progress = progressIfSlow(output, `moving ${settings.data}`)
  const moved = await moveDatabase({ ...upkeepOf(settings, tellOf(output, progress)), to: target }).finally(() => progress.end())
  output.line(`${moved.rows} rows of ${moved.tables} tables are in ${safe(moved.to)}${moved.found === 0 ? '' : ` (${moved.found} of them from a try before)`}, compared row by row; ${moved.leaves} leaves, root ${moved.root}`)
  output.line(`The database in ${settings.data} starts no more. Keys and checkpoints stay there: start with the same --data, and database_url in countersign.yaml.`)
  output.line('Before anybody works there: countersign db move --back undoes it. Afterwards: a backup of PostgreSQL, restored.')
  output.data({ ...moved, data: settings.data })
  return exitCodes.done
}
