import type { Command } from 'commander'
import { exitCodes, type ExitCode } from '../exit.ts'
import { runChecks, type Finding } from '../doctor/checks.ts'
import { safe, type Output } from '../output.ts'
import type { Runner } from './table.ts'

type Options = { server?: string; json?: boolean }

export function define(command: Command, run: Runner): void {
  command
    .option('--server <url>', 'the Countersign server')
    .option('--json', 'print one JSON document to stdout')
    .addHelpText('after', '\nChanges nothing. Exit code 1 when something must be fixed before countersign works.\n\nExamples:\n  countersign doctor\n  countersign doctor --json | jq \'.[] | select(.state != "ok")\'')
    .action(async (options: Options) => await run(options.json, async (output) => await doctor(options, output)))
}

async function doctor(options: Options, output: Output): Promise<ExitCode> {
  const findings = await runChecks(options)
  for (const finding of findings) output.line(`${mark(output, finding)}  ${finding.what.padEnd(12)} ${safe(finding.says)}${finding.fix === '' ? '' : `\n${' '.repeat(19)}-> ${finding.fix}`}`)
  output.data(findings)
  return findings.some((finding) => finding.state === 'bad') ? exitCodes.error : exitCodes.done
}

function mark(output: Output, { state }: Finding): string {
  if (state === 'ok') return output.paint.green('ok  ')
  return state === 'note' ? output.paint.yellow('note') : output.paint.red('BAD ')
}

