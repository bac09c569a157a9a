/** `state import` and `state export`: moving in and out. */
import type { Command } from 'commander'
import { CliError } from '../exit.ts'
import { connectTo, connectToNamed, type Choice } from '../state/choose.ts'
import { durationOption } from './run-options.ts'
import { addWaitOptions } from './state-options.ts'
import type { Runner } from './table.ts'

type Options = Choice & { readonly json?: boolean; readonly timeout?: string }
type Importing = Options & { readonly to?: string; readonly dryRun?: boolean; readonly replace?: boolean; readonly journal?: string; readonly schema?: string; readonly region?: string; readonly endpoint?: string; readonly workspaceKeyPrefix?: string }
type Exporting = Options & { readonly output?: string; readonly tier: string; readonly purpose?: string }

export function defineMoving(importing: Command, exporting: Command, run: Runner): void {
  defineImport(importing, run)
  defineExport(exporting, run)
}

function defineImport(command: Command, run: Runner): void {
  addWaitOptions(command)
    .description('bring states here from a file, a folder, another backend')
    .argument('<source>', 'a file, a folder, https://..., postgres://... (or pg), s3://BUCKET/KEY')
    .option('--to <rule>', 'the workspace of each, as payments/{name}-{workspace}; also {path}')
    .option('--dry-run', 'show what would be asked, and ask nothing')
    .option('--replace', 'also where what is here is newer, or another state')
    .option('--journal <file>', 'where to keep how far it came')
    .option('--schema <name>', 'pg: the schema of the backend (PG_SCHEMA_NAME, terraform_remote_state)')
    .option('--region <name>', 's3: the region (AWS_REGION)')
    .option('--endpoint <url>', 's3: another service that speaks S3 (AWS_ENDPOINT_URL_S3)')
    .option('--workspace-key-prefix <prefix>', 's3: as in the backend block (env:)')
    .addHelpText('after', `
The source is only read. Which name becomes which workspace is shown first; then each state takes one countersignature over its digest,
lineage and serial, and is compared with its source afterwards. An import that was interrupted goes on when it is run again.
Another HTTP backend is asked with TF_HTTP_USERNAME and TF_HTTP_PASSWORD of that backend, PostgreSQL with PG_CONN_STR or PGHOST and its
kin, S3 by the AWS SDK, which is installed apart: npm install -g @aws-sdk/client-s3

Examples:
  countersign state import terraform.tfstate
  countersign state import ./live --to 'payments/{name}-{workspace}' --dry-run
  countersign state import https://gitlab.example.com/api/v4/projects/7/...
  countersign state import pg --to 'payments/{workspace}'
  countersign state import s3://acme-states/network/terraform.tfstate`)
    .action(async (source: string, options: Importing) => await run(options.json, async (output) => {
      const timeout = durationOption(options.timeout, '--timeout')
      const { session, workspace } = await connectTo(options, output)
      const { importFrom } = await import('../state/import/command.ts')
      return await importFrom({ session, output, timeout }, {
        source, workspace, named: options.workspace !== undefined, to: options.to, dryRun: options.dryRun === true, replace: options.replace === true, journal: options.journal,
        schema: options.schema, region: options.region, endpoint: options.endpoint, workspaceKeyPrefix: options.workspaceKeyPrefix,
      })
    }))
}

function defineExport(command: Command, run: Runner): void {
  addWaitOptions(command)
    .description('the bytes of the state, into a file of yours')
    .option('-o, --output <file>', 'a file that is not there yet, readable by you alone (default: stdout)')
    .option('--tier <tier>', 'full, redacted (no secrets) or outputs', 'full')
    .option('--purpose <words>', 'why; it stands in the ledger')
    .addHelpText('after', `
A full state holds every secret in clear, and reading it is countersigned. What is written can be given to terraform state push.

Examples:
  countersign state export -o prod.tfstate --purpose 'moving out'
  countersign state export --tier outputs | jq .outputs`)
    .action(async (options: Exporting) => await run(options.output === undefined ? 'aside' : options.json, async (output) => {
      const timeout = durationOption(options.timeout, '--timeout')
      const { tier } = options
      if (tier !== 'full' && tier !== 'redacted' && tier !== 'outputs') throw new CliError('argument_refused', `${JSON.stringify(tier)} is not a tier.`, 'It is full, redacted or outputs.')
      if (options.json && options.output === undefined) throw new CliError('argument_refused', 'The state itself goes to stdout, so there is no room for --json.', 'Name a file with -o.')
      const { session, workspace } = await connectToNamed(options, output)
      const { exportState } = await import('../state/export.ts')
      return await exportState({ session, output, timeout }, { workspace, tier, purpose: options.purpose ?? '', file: options.output })
    }))
}
