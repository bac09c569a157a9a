import type { Command } from 'commander'
import { openSession, serverOf } from '../client/session.ts'
import { findKeychain } from '../config/keychain.ts'
import { openProfile } from '../config/profile.ts'
import { readRepository } from '../config/repository.ts'
import { CliError, exitCodes, type ExitCode } from '../exit.ts'
import type { Output } from '../output.ts'
import type { Runner } from './table.ts'

type Options = { server?: string; forget?: boolean; json?: boolean }

export function define(command: Command, run: Runner): void {
  command
    .option('--server <url>', 'the Countersign server')
    .option('--forget', 'forget the pinned trust and the checkpoint as well; the next login pins anew')
    .option('--json', 'print one JSON document to stdout')
    .addHelpText('after', '\nExamples:\n  countersign logout\n  countersign logout --forget --server https://countersign.example.com')
    .action(async (options: Options) => await run(options.json, async (output) => await logout(options, output)))
}

async function logout(options: Options, output: Output): Promise<ExitCode> {
  const repository = await readRepository(process.cwd())
  const profile = openProfile(serverOf(options, repository))
  const ended = await endToken(options)
  const key = profile.load('key')
  if (key?.kind === 'keychain') await (await findKeychain())?.remove(key.account).catch(() => undefined)
  for (const name of ['token', 'key', ...(options.forget ? (['trust', 'checkpoint', 'server'] as const) : [])] as const) profile.remove(name)
  output.line(ended ? `Signed out of ${profile.server}; its token is worth nothing any more.` : `Signed out here. ${profile.server} was not told: the token stays valid there until it expires, but its key is gone.`)
  if (options.forget) output.line('The pinned trust was forgotten: the next login takes the server\'s word again. Compare the fingerprint then.')
  output.data({ server: profile.server, ended, forgotten: options.forget === true })
  return exitCodes.done

  async function endToken(choice: Options): Promise<boolean> {
    try {
      const session = await openSession(choice, repository)
      await session.api.call('DELETE', '/api/v1/token', { silence: 5_000 })
      return true
    } catch (error) {
      if (error instanceof CliError) return error.code === 'token_invalid' || error.code === 'token_expired'
      throw error
    }
  }
}
