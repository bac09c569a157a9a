/** Options that several commands about states share, read and refused in one way. */
import type { Command } from 'commander'
import { CliError } from '../exit.ts'
import { shells, type Shell } from '../state/shell.ts'
import { durationOption } from './run-options.ts'

const HALF_A_DAY = 12 * 3600

/** `--server`, `--workspace`, `--json`. */
export function addStateOptions(command: Command): Command {
  return command
    .option('--server <url>', 'the Countersign server (COUNTERSIGN_SERVER, .countersign.yaml)')
    .option('--workspace <project/name>', 'the workspace (COUNTERSIGN_WORKSPACE, .countersign.yaml, the backend of this folder)')
    .option('--json', 'print one JSON document to stdout; words and progress go to stderr')
}

/** For what waits for a person. */
export function addWaitOptions(command: Command): Command {
  return addStateOptions(command).option('--timeout <duration>', 'how long to wait for the countersignature, as 15m')
}

/** Seconds. */
export function lastsOption(text: string | undefined): number | undefined {
  const milliseconds = durationOption(text, '--lasts')
  if (milliseconds === undefined) return undefined
  const seconds = Math.round(milliseconds / 1000)
  if (seconds < 60 || seconds > HALF_A_DAY) throw new CliError('argument_refused', `--lasts ${JSON.stringify(text)} is not between a minute and 12 hours.`, 'A credential for the state lives hours at most: --lasts 4h')
  return seconds
}

export function phaseOption(text: string | undefined): 'plan' | 'apply' | undefined {
  if (text === undefined || text === 'plan' || text === 'apply') return text
  throw new CliError('argument_refused', `${JSON.stringify(text)} is not a phase.`, 'It is plan (plan and read) or apply (any lock).')
}

export function shellOption(text: string | undefined): Shell {
  const shell = shells.find((one) => one === (text ?? 'sh'))
  if (shell) return shell
  throw new CliError('argument_refused', `${JSON.stringify(text)} is not a shell that is known here.`, 'There are: sh (bash and zsh too), fish, powershell.')
}

export function versionOption(text: string, name = 'version'): number {
  const number = /^v?([1-9]\d{0,14})$/.exec(text)?.[1]
  if (number === undefined) throw new CliError('argument_refused', `${JSON.stringify(text)} is not the number of a ${name}.`, 'See the versions with: countersign state versions')
  return Number(number)
}
