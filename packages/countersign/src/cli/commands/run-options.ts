/** The options that plan, apply and destroy share, and what stands after `--`. */
import type { Command } from 'commander'
import { CliError } from '../exit.ts'
import { parseDuration } from '../render/words.ts'

export function addRunOptions(command: Command): Command {
  return command
    .option('--server <url>', 'the Countersign server (COUNTERSIGN_SERVER, .countersign.yaml)')
    .option('--workspace <project/name>', 'the workspace (COUNTERSIGN_WORKSPACE, .countersign.yaml)')
    .option('--engine <name>', 'terraform or tofu; the program itself with TERRAFORM_BIN')
    .option('--json', 'print one JSON document to stdout; words and progress go to stderr')
    .argument('[arguments...]', 'after --: arguments for terraform, within the allow-list')
    .allowExcessArguments()
}

/** terraform's own switches look like ours when `--` is forgotten, and a plan file cannot be given. */
export function passedArguments(given: readonly string[], argv: readonly string[] = process.argv): readonly string[] {
  if (given.length === 0 || argv.includes('--')) return given
  throw new CliError('argument_refused', `${JSON.stringify(given[0])} is not understood. A plan file of your own cannot be applied: what is countersigned is the plan that countersign makes and keeps.`, 'Arguments for terraform stand after --, as in: countersign apply -- -target=module.vpc')
}

export function durationOption(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined
  const milliseconds = parseDuration(text)
  if (milliseconds === undefined || milliseconds === 0) throw new CliError('argument_refused', `${name} ${JSON.stringify(text)} is not a duration.`, 'Write it as 90s, 15m or 1h30m.')
  return milliseconds
}
