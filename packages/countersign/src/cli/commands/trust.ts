import { writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import { serverOf } from '../client/session.ts'
import { openProfile } from '../config/profile.ts'
import { readRepository } from '../config/repository.ts'
import { CliError, exitCodes, type ExitCode } from '../exit.ts'
import type { Output } from '../output.ts'
import { fingerprint } from '../trust/pin.ts'
import type { Runner } from './table.ts'

type Options = { server?: string; output?: string; json?: boolean }

export function define(command: Command, run: Runner): void {
  command
    .command('export')
    .description('write the trust that this terminal pinned at its first login')
    .option('--server <url>', 'the Countersign server')
    .option('-o, --output <file>', 'where to write it (default: stdout)')
    .option('--json', 'the same: it is JSON')
    .addHelpText('after', `
It names the genesis key, the ledger key and the origins, and no secret. Hand it to whoever verifies evidence, over a way
that the server does not control, before there is any evidence.

Examples:
  countersign trust export -o trust.json
  countersign verify evidence.json --trust trust.json`)
    .action(async (options: Options) => await run(options.json, async (output) => await exportTrust(options, output)))
}

/** From the pinned file, without a word to the server: what it shows today may not be what it showed then. */
async function exportTrust(options: Options, output: Output): Promise<ExitCode> {
  const profile = openProfile(serverOf(options, await readRepository(process.cwd())))
  const trust = profile.load('trust')
  if (!trust) throw new CliError('not_signed_in', `Nothing is pinned of ${profile.server} on this machine.`, 'Run: countersign login')
  // stdout is the file that somebody redirects it into: the trust or nothing, and errors never.
  if (options.output === undefined) process.stdout.write(`${JSON.stringify(trust, null, 2)}\n`)
  else {
    try {
      writeFileSync(options.output, `${JSON.stringify(trust, null, 2)}\n`)
    } catch (cause) {
      throw new CliError('file_unwritable', `${options.output} cannot be written.`, 'Choose another place with -o.', { cause })
    }
    output.line(`Wrote ${options.output}. Its genesis fingerprint:\n  ${fingerprint(trust)}`)
  }
  return exitCodes.done
}
