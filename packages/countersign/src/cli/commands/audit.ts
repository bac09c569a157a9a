import type { Command } from 'commander'
import { outcomeNames } from '../../leaves/index.ts'
import { exportLedger, type ExportOptions } from '../audit/export.ts'
import { searchServer, type SearchOptions } from '../audit/search.ts'
import { tailLedger, type TailOptions } from '../audit/tail.ts'
import { auditFolder, type VerifyOptions } from '../audit/verify.ts'
import type { Runner } from './table.ts'

type Json = { json?: boolean }

export function define(command: Command, run: Runner): void {
  withPlace(command.command('verify').description('recompute the ledger of a data folder and compare every stored byte'))
    .option('--against <source>', 'checkpoints that left the host: a file, a folder, git:REPOSITORY#BRANCH, s3://BUCKET/FOLDER; may be repeated', (value: string, before: string[] | undefined) => [...(before ?? []), value])
    .option('--server <url>', 'not a data folder, but a server that this terminal is signed in to: it has to prove it')
    .option('--json', 'print one JSON document to stdout')
    .addHelpText('after', `
Reads only, and may run beside the server. A history that was rewritten as a whole, key and folder included, shows only against
checkpoints that left the host: those of --against, and the ones that this user's terminal remembers. The first that does not
fit is named, and the exit code is 5.

Examples:
  countersign audit verify
  countersign audit verify --against /mnt/other/checkpoints
  countersign audit verify --against 's3://acme-audit/countersign' \\
    --against git:ssh://audit@git.example.com/ledger.git
  countersign audit verify --server https://countersign.example.com \\
    --against git:ssh://audit@git.example.com/ledger.git
  countersign audit verify --data /var/lib/countersign --json`)
    .action(async (options: VerifyOptions & Json) => await run(options.json, async (output) => await auditFolder(options, output)))
  withPlace(command.command('tail').description('show the entries of the ledger as they are appended'))
    .option('--follow', 'go on as entries are appended, until Ctrl-C')
    .option('--since <time>', 'all from then on: a time such as 90s, 15m, 24h or 30d ago, or a date such as 2026-11-20T08:00Z; without it the last 20')
    .option('--until <time>', 'none from then on')
    .option('--type <type>', 'one type, such as gate.denied, or all below one, such as gate; several with commas between')
    .option('--outcome <outcome>', `how it went: ${outcomeNames.join(', ')}; several with commas between`)
    .option('--person <id>', 'what a person did, and what was done to them')
    .option('--workspace <name>', 'what happened in a workspace, or in all of a project')
    .option('--id <id>', 'what names a run, a request, a grant, a state, a key')
    .option('--json', 'print JSON lines to stdout, one for each entry')
    .addHelpText('after', `
Reads the data folder, beside the server. Each entry is as the ledger has it; that the ledger is whole, and that the index which is
searched leaves nothing out, is for: countersign audit verify

Examples:
  countersign audit tail
  countersign audit tail --follow --type gate.denied
  countersign audit tail --follow --outcome denied,refused,alarm
  countersign audit tail --since 24h --workspace payments/billing-prod --json`)
    .action(async (options: TailOptions & Json) => await run(options.json, async (output) => await tailLedger(options, output)))

  command.command('search').description('search the audit log of a server, and check the proof of each entry')
    .option('--server <url>', 'the server')
    .option('--person <name>', 'what a person did, and what was done to them: a part of a name, an id, or "me"')
    .option('--workspace <name>', 'what happened in a workspace, or in all of a project')
    .option('--type <type>', 'one type, such as gate.denied, or all below one, such as gate; several with commas between')
    .option('--outcome <outcome>', `how it went: ${outcomeNames.join(', ')}; several with commas between`)
    .option('--since <time>', 'from then on: a time such as 90s, 15m, 24h or 30d ago, or a date such as 2026-11-20T08:00Z')
    .option('--until <time>', 'none from then on')
    .option('--id <id>', 'what names a run, a request, a grant, a state, a key')
    .option('--limit <count>', 'at most so many, the newest', '50')
    .option('--json', 'print one JSON document to stdout')
    .addHelpText('after', `
For who is not on the server's computer: it shows what your roles cover. Each entry has to prove that it stands in the log that this
terminal pinned; one that does not is told, and the exit code is 5. That nothing was left out, only audit verify on the server says.

Examples:
  countersign audit search --outcome denied,refused --since 7d
  countersign audit search --person ada --workspace payments --json`)
    .action(async (options: SearchOptions & Json) => await run(options.json, async (output) => await searchServer(options, output)))

  withPlace(command.command('export').description('take the ledger out, proven against its newest checkpoint'))
    .requiredOption('--to <folder>', 'where it goes; an export that is there already goes on')
    .option('--format <format>', 'jsonl: entries with their details, one on each line. tiles: what the tree is made of (C2SP tlog-tiles)', 'jsonl')
    .option('--json', 'print one JSON document to stdout')
    .addHelpText('after', `
Run it again to go on where it was interrupted, or to add what is new. Entries of jsonl hold details: who did what from where.

Examples:
  countersign audit export --to /srv/export
  countersign audit export --format tiles --to /srv/www/ledger`)
    .action(async (options: ExportOptions & Json) => await run(options.json, async (output) => await exportLedger(options, output)))
}

/** What PlaceOptions reads. */
function withPlace(command: Command): Command {
  return command
    .option('--data <folder>', 'the data folder (COUNTERSIGN_DATA, $XDG_DATA_HOME/countersign)')
    .option('--database-url <url>', 'the PostgreSQL database, if the server uses one (COUNTERSIGN_DATABASE_URL, countersign.yaml)')
}
