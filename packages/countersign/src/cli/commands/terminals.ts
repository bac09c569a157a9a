import type { Command } from 'commander'
import { openSession } from '../client/session.ts'
import { answer, type TerminalsView } from '../client/wire.ts'
import { readRepository } from '../config/repository.ts'
import { CliError, exitCodes, type ExitCode } from '../exit.ts'
import { safe, type Output } from '../output.ts'
import type { Runner } from './table.ts'

type Options = { server?: string; end?: string; json?: boolean }

export function define(command: Command, run: Runner): void {
  command
    .option('--server <url>', 'the Countersign server')
    .option('--end <id>', 'sign this one out; its token and every renewal of it are worth nothing any more')
    .option('--json', 'print one JSON document to stdout')
    .addHelpText('after', `
Shows every terminal and program that is signed in as you. Browsers are on the page "Where you are signed in".

Examples:
  countersign terminals
  countersign terminals --end tok_0193a0b17e2a7c3f9d5e8a6b4c2d1e0f`)
    .action(async (options: Options) => await run(options.json, async (output) => await terminals(options, output)))
}

async function terminals(options: Options, output: Output): Promise<ExitCode> {
  const { api } = await openSession(options, await readRepository(process.cwd()))
  if (options.end !== undefined) {
    if (!/^tok_[0-9a-z]{1,60}$/.test(options.end)) throw new CliError('argument_refused', `${JSON.stringify(options.end)} is not the id of a terminal.`, 'See them with: countersign terminals')
    await api.call('DELETE', `/api/v1/terminals/${options.end}`)
    output.line(`Signed out ${options.end}.`)
    output.data({ ended: options.end })
    return exitCodes.done
  }
  const listed = answer('terminals', await api.call('GET', '/api/v1/terminals'))
  show(output, listed)
  return exitCodes.done
}

function show(output: Output, { terminals: all }: TerminalsView): void {
  for (const one of all) {
    const marks = [one.thisTerminal ? output.paint.green('this one') : '', one.kind === 'bearer' ? output.paint.yellow('bearer: works for whoever holds it') : '', one.audience === '' ? '' : `for ${safe(one.audience)}`].filter((mark) => mark !== '')
    output.line(`${safe(one.id)}  ${safe(one.client)}${marks.length === 0 ? '' : `  (${marks.join(', ')})`}`)
    output.line(`  since ${safe(one.createdAt)}, until ${safe(one.signedInUntil)}${one.thumbprint === '' ? '' : `  key ${safe(one.thumbprint)}`}`)
  }
  output.data(all)
}
