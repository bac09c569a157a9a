import type { Command } from 'commander'
import { openSession, type Session } from '../client/session.ts'
import { answer, type Me } from '../client/wire.ts'
import { protectionWords } from '../client/terminal-key.ts'
import { readRepository } from '../config/repository.ts'
import { exitCodes, type ExitCode } from '../exit.ts'
import { safe, type Output } from '../output.ts'
import { checkHistory } from '../trust/checkpoint.ts'
import { fingerprint } from '../trust/pin.ts'
import type { Runner } from './table.ts'

type Options = { server?: string; json?: boolean }

export function define(command: Command, run: Runner): void {
  command
    .option('--server <url>', 'the Countersign server')
    .option('--json', 'print one JSON document to stdout')
    .addHelpText('after', '\nExamples:\n  countersign whoami\n  countersign whoami --json | jq -r .person.name')
    .action(async (options: Options) => await run(options.json, async (output) => await whoami(options, output)))
}

async function whoami(options: Options, output: Output): Promise<ExitCode> {
  const session = await openSession(options, await readRepository(process.cwd()))
  const me = answer('me', await session.api.call('GET', '/api/v1/me'))
  await checkHistory(session.api, session.profile, session.trust)
  show(output, session, me)
  return exitCodes.done
}

function show(output: Output, { profile, trust, api }: Session, me: Me): void {
  const kind = profile.load('key')?.kind ?? 'exportable'
  output.line(`${safe(me.person.name)} (${me.person.id}) at ${profile.server}, until ${me.token.signedInUntil}`)
  output.line(`Terminal key   ${api.key.thumbprint}  ${protectionWords[kind]}`)
  output.line(`Installation   ${safe(trust.instance)}${trust.demonstration ? '  DEMONSTRATION' : ''}`)
  output.line(`Genesis        ${fingerprint(trust)}`)
  output.data({ server: profile.server, person: me.person, expiresAt: me.token.signedInUntil, thumbprint: api.key.thumbprint, keyProtection: kind, instance: trust.instance, genesis: trust.genesis.entry, demonstration: trust.demonstration })
}
