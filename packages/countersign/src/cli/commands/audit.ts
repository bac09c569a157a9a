import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { auditVerify, type Audit } from '../../ledger/index.ts'
import { existingFolder } from '../../platform/folder.ts'
import { loadSettings } from '../../platform/settings.ts'
import { openStore } from '../../platform/store/open.ts'
import { migrations } from '../../server/base.ts'
import { knownServers, openProfile, type Profile } from '../config/profile.ts'
import { CliError, exitCodes, type ExitCode } from '../exit.ts'
import { safe, type Output } from '../output.ts'
import { startProgress } from '../render/progress.ts'
import type { Runner } from './table.ts'

type Options = { data?: string; databaseUrl?: string; json?: boolean }

export function define(command: Command, run: Runner): void {
  command
    .command('verify')
    .description('recompute the ledger of a data folder and compare every stored byte')
    .option('--data <folder>', 'the data folder (COUNTERSIGN_DATA, $XDG_DATA_HOME/countersign)')
    .option('--database-url <url>', 'the PostgreSQL database, if the server uses one (COUNTERSIGN_DATABASE_URL, countersign.yaml)')
    .option('--json', 'print one JSON document to stdout')
    .addHelpText('after', `
Reads only, and may run beside the server. A history that was rewritten as a whole, key and folder included, shows only against
a checkpoint that left the host: the ones that this user's terminal remembers are compared as well.

Examples:
  countersign audit verify
  countersign audit verify --data /var/lib/countersign --json`)
    .action(async (options: Options) => await run(options.json, async (output) => await auditFolder(options, output)))
}

async function auditFolder(options: Options, output: Output): Promise<ExitCode> {
  const { settings } = loadSettings({ data: options.data, databaseUrl: options.databaseUrl }, process.env)
  if (settings.databaseUrl === '' && !existsSync(join(settings.data, 'countersign.db'))) throw new CliError('data_missing', `There is no ledger in ${settings.data}.`, 'Name the server\'s data folder with --data.')
  const progress = startProgress(output, `checking the ledger in ${settings.data}`)
  const audit = await verified(settings.data, settings.databaseUrl).finally(() => progress.end())
  output.line(`${audit.leaves} entries, ${audit.details} details (${audit.erased} erased), ${audit.checkpoints} checkpoints, ${audit.files} files`)
  output.line(`root ${audit.root}`)
  for (const problem of audit.problems) output.line(`${output.paint.red('PROBLEM')}  ${safe(problem.where)}: ${safe(problem.what)}`)
  output.line(audit.problems.length === 0 ? output.paint.green('The ledger is whole.') : `${audit.problems.length} problems. Keep a copy of the folder before anything else, then restore from a backup that this command finds whole.`)
  output.data(audit)
  return audit.problems.length === 0 ? exitCodes.done : exitCodes.verificationFailed
}

async function verified(data: string, databaseUrl: string): Promise<Audit> {
  const store = await openStore({ dataDir: data, databaseUrl, migrations, readOnly: true })
  try {
    const key = await store.read((db) => db.selectFrom('ledger_key').select('origin').executeTakeFirst())
    const known = knownServers().map(openProfile).filter((profile) => `countersign/${profile.load('trust')?.instance ?? ''}` === key?.origin)
    const audit = await auditVerify(store, existingFolder(join(data, 'checkpoints')), known.flatMap((profile) => profile.load('trust')?.ledgerKeys ?? []))
    return { ...audit, problems: [...audit.problems, ...known.flatMap((profile) => rememberedProblems(profile, audit))] }
  } finally {
    await store.close()
  }
}

/** A checkpoint that this user's terminal remembers, larger than the ledger, means that its end was cut off. */
function rememberedProblems(profile: Profile, audit: Audit): Audit['problems'] {
  const remembered = profile.load('checkpoint')
  if (!remembered || remembered.size <= audit.leaves) return []
  return [{ where: `the checkpoint remembered of ${profile.server}`, what: `covers ${remembered.size} entries, there are ${audit.leaves}` }]
}
