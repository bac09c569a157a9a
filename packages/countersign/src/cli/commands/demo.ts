import type { Command } from 'commander'
import type { ExitCode } from '../exit.ts'
import { exitCodes } from '../exit.ts'
import type { Runner } from './table.ts'

export function define(command: Command, run: Runner): void {
  command
    .option('--auto', 'ask nobody: the demonstration\'s software key countersigns')
    .addHelpText('after', `
A real server, the real terraform and this command line, in scratch folders that are deleted at the end. You countersign with
your own passkey or security key, or the demonstration's software key does; then ten swaps and replays are tried.

Examples:
  countersign demo
  countersign demo --auto`)
    .action(async (options: { auto?: boolean }) => await run(false, async () => await demonstrate(options.auto === true)))
}

async function demonstrate(auto: boolean): Promise<ExitCode> {
  const { demo } = await import('../../demonstration/main.ts')
  return (await demo({ auto })) === 0 ? exitCodes.done : exitCodes.error
}
