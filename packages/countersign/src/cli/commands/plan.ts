import type { Command } from 'commander'
import { begin, type RunOptions } from '../apply/begin.ts'
import { addRunOptions, passedArguments } from './run-options.ts'
import type { Runner } from './table.ts'

export function define(command: Command, run: Runner): void {
  addRunOptions(command)
    .option('--destroy', 'plan the destruction of everything')
    .addHelpText('after', `
Asks nobody and stores nothing. The plan file is not kept: apply makes its own, because only that one is countersigned.
Exit code 2 when there are changes, 0 when there are none. Works without a server too; then it cannot say what policy asks.

Examples:
  countersign plan
  countersign plan --json | jq .risk.level
  countersign plan -- -target=module.vpc`)
    .action(async (passed: string[], given: RunOptions & { destroy?: boolean }) => {
      await run(given.json, async (output) => {
        const begun = await begin(given.destroy ? 'destroy' : 'apply', given, passedArguments(passed), output)
        const { planRun } = await import('../apply/plan-run.ts')
        return await planRun(begun, given, output)
      })
    })
}
