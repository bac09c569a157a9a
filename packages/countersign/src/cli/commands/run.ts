import type { Command } from 'commander'
import { CliError, exitCodes } from '../exit.ts'
import { safe, type Output } from '../output.ts'
import { connectTo, type Choice } from '../state/choose.ts'
import { durationOption } from './run-options.ts'
import { lastsOption, phaseOption } from './state-options.ts'
import type { Runner } from './table.ts'

type Options = Choice & { readonly phase?: string; readonly lasts?: string; readonly timeout?: string }

export function define(command: Command, run: Runner): void {
  command
    .option('--server <url>', 'the Countersign server (COUNTERSIGN_SERVER, .countersign.yaml)')
    .option('--workspace <project/name>', 'the workspace (COUNTERSIGN_WORKSPACE, .countersign.yaml, the backend of this folder)')
    .option('--phase <phase>', 'plan or apply (default: by the subcommand)')
    .option('--lasts <duration>', 'how long the credential lives at most (default: 1h)')
    .option('--timeout <duration>', 'how long to wait for the countersignature of the credential, as 15m')
    .argument('<program...>', 'after --: the program and its arguments')
    .addHelpText('after', `
For a folder whose backend is this server (see: countersign state init --help). The program gets a credential for the state in its
environment, and nothing is written anywhere. Terraform is silent while a lock waits: the code and the link are shown here, on
stderr, as soon as it is asked. When the program ends, the credential is ended, and the program's exit status is the exit status.

Examples:
  countersign run -- terraform init
  countersign run -- terraform apply
  countersign run -- terraform state mv aws_instance.a aws_instance.b
  countersign run --phase plan -- make plan`)
    .action(async (program: string[], options: Options) => await run('aside', async (output) => await runCommand(program, options, output)))
}

async function runCommand(program: readonly string[], options: Options, output: Output): Promise<number> {
  if (!process.argv.includes('--')) throw new CliError('argument_refused', 'The program stands after --.', `Write: countersign run -- ${program.map((word) => safe(word)).join(' ')}`)
  const [lasts, phase, timeout] = [lastsOption(options.lasts), phaseOption(options.phase), durationOption(options.timeout, '--timeout')]
  const [{ runWithState }, { folderOf }] = await Promise.all([import('../state/run/run.ts'), import('../state/run/phase.ts')])
  const { session, workspace, told, here } = await connectTo(options, output, folderOf(program, process.cwd()))
  if (!told) output.warn(`The workspace's name comes from the folders: ${safe(workspace)}. To keep it as it is, say it with --workspace, or in .countersign.yaml as  workspace: ${safe(workspace)}`)
  if (here !== undefined && here !== workspace) output.warn(`${output.paint.yellow('Note')}: the backend of this folder is ${safe(here)}, and the credential is for ${safe(workspace)}. Terraform will not be let in with it. For the other: countersign run --workspace ${safe(here)} -- ...`)
  const status = await runWithState(session, program, { workspace, phase, lasts, timeout }, output)
  return status === 0 ? exitCodes.done : status
}
