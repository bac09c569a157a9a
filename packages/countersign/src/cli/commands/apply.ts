import type { Command } from 'commander'
import { begin } from '../apply/begin.ts'
import type { ApplyOptions } from '../apply/run.ts'
import type { Scope } from '../../engine/index.ts'
import { CliError } from '../exit.ts'
import { addRunOptions, durationOption, passedArguments } from './run-options.ts'
import type { Runner } from './table.ts'

type Given = Omit<ApplyOptions, 'timeout'> & { readonly timeout?: string; readonly autoApprove?: boolean }

export function define(command: Command, run: Runner): void {
  defineScope(command, run, 'apply')
}

export function defineScope(command: Command, run: Runner, scope: Scope): void {
  addRunOptions(command)
    .option('--timeout <duration>', 'how long to wait for the countersignature, as 15m (default: as long as policy lets it wait)')
    .option('--evidence <file>', 'where to write the evidence (default: $XDG_STATE_HOME/countersign/evidence)')
    .addHelpText('after', `
Waits for the person whom policy asks, verifies the countersignature itself, and applies exactly that plan file.
Ctrl-C while it waits takes the request back; while terraform applies, it is passed on once.

Examples:
  countersign ${scope}
  countersign ${scope} --timeout 10m --evidence evidence.json
  countersign ${scope} -- -var-file=prod.tfvars -parallelism=20`)
  const hidden = command.createOption('--auto-approve').hideHelp()
  command.addOption(hidden)
  command.action(async (passed: string[], given: Given) => {
    await run(given.json, async (output) => {
      if (given.autoApprove) throw new CliError('argument_refused', 'There is no --auto-approve: what needs a person is countersigned by a person.', 'What policy lets pass is applied without a question already. To let more pass: countersign policy show')
      const { timeout: text, autoApprove: _, ...options } = given
      const timeout = durationOption(text, '--timeout')
      const begun = await begin(scope, options, passedArguments(passed), output)
      const { applyRun } = await import('../apply/run.ts')
      return await applyRun(begun, { ...options, ...(timeout === undefined ? {} : { timeout }) }, output)
    })
  })
}
