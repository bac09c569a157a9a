/**
 * The command line. Only the command that is called is loaded: `--help` and completion answer at once.
 */
import { Command, CommanderError } from 'commander'
import { version } from '../server/version.ts'
import { commandTable, type Runner } from './commands/table.ts'
import { exitCodes } from './exit.ts'
import { createOutput, safe } from './output.ts'
import { foldProse } from './render/fold.ts'
import { explain } from './explain.ts'

const about = `
What is harmless passes; what is risky waits for a touch on a security key, bound to that exact plan.

Examples:
  countersign up                           start the server on this machine
  countersign login                        sign this terminal in
  countersign apply                        in a folder with Terraform files
  countersign apply -- -target=module.vpc  what stands after -- is for terraform
  countersign run -- terraform apply       where the state is kept here
  countersign verify evidence.json --trust trust.json

Exit codes:
  0 done               1 error              2 changes or findings
  3 not countersigned  4 denied by policy   5 verification failed`

export const runner: Runner = async (mode, work) => {
  const output = createOutput(mode)
  try {
    process.exitCode = await work(output)
  } catch (error) {
    process.exitCode = await explain(error, output)
  }
}

/** Terraform's own switches are what people type first. */
function forTerraform(command: string, argv: readonly string[]): string {
  const unknown = argv.filter((word) => /^-[a-z]/.test(word)).slice(0, 5).map((word) => safe(word)).join(' ')
  return `Arguments for terraform stand after --, as in: countersign ${command} -- ${unknown}\n`
}

/** Whoever reads may stop reading (`| head`), and a terminal may be closed. What was begun is finished all the same: an apply does not end because nobody listens. */
function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error
    })
  }
}

export async function main(argv: readonly string[]): Promise<void> {
  outliveReaders()
  const program = new Command('countersign')
    .description('Step-up multi-factor authentication for Infrastructure as Code.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', about)
    .showHelpAfterError('(countersign --help shows what there is)')
    .exitOverride()
    .configureOutput({ writeOut: (text) => void process.stdout.write(foldProse(text, process.stdout.columns ?? 80)) })
    // `--version` after a command is the command's own.
    .enablePositionalOptions()
  const called = argv.find((word) => !word.startsWith('-'))
  for (const entry of commandTable) {
    const command = program.command(entry.name).description(entry.summary).exitOverride()
    if (entry.name !== called) continue
    const { define } = await entry.load()
    define(command, runner)
  }
  try {
    await program.parseAsync(argv, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.code === 'commander.unknownOption' && ['plan', 'apply', 'destroy'].includes(called ?? '')) process.stderr.write(forTerraform(called ?? 'apply', argv))
    process.exitCode = error.exitCode === 0 || error.code === 'commander.help' ? exitCodes.done : exitCodes.error
  }
}
