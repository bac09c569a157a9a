import type { Command } from 'commander'
import { connect } from '../apply/connect.ts'
import { openSession } from '../client/session.ts'
import { answer, type CodesView } from '../client/wire.ts'
import { enrolApp, refuseGone, waitForVoucher, type Enrolled } from '../codes/enrol.ts'
import { readRepository } from '../config/repository.ts'
import { CliError, exitCodes, type ExitCode } from '../exit.ts'
import { safe, type Output } from '../output.ts'
import { durationOption } from './run-options.ts'
import type { Runner } from './table.ts'

type Options = { server?: string; json?: boolean }
type EnrolOptions = Options & { label: string; qr: boolean; wait: boolean; timeout?: string }

const pageOf = (link: string): string => `Do it under Keys: ${link}`

export function define(command: Command, run: Runner): void {
  command.addHelpText('after', '\nExamples:\n  countersign codes enrol --label "work phone"\n  countersign codes list\n  countersign codes remove aut_0193a0b17e2a7c3f9d5e8a6b4c2d1e0f')
  command
    .command('enrol')
    .description('set up an authenticator app; your key lets it in, in the browser')
    .option('--server <url>', 'the Countersign server')
    .option('--label <name>', 'what to call it', 'phone')
    .option('--no-qr', 'print the address instead of a QR code, as without a terminal')
    .option('--no-wait', 'do not wait until it counts')
    .option('--timeout <duration>', 'how long to wait, as 15m')
    .option('--json', 'print one JSON document to stdout')
    .addHelpText('after', `
Shows the secret once, and asks for two codes in a row. The app counts for nothing until a key lets it in: open Keys in your
browser, type the code that is shown here, and touch your key. Codes are for what is not grave; a key is better.

Examples:
  countersign codes enrol --label "work phone"
  countersign codes enrol --no-qr --no-wait`)
    .action(async (options: EnrolOptions) => await run(options.json, async (output) => await enrol(options, output)))
  command
    .command('list')
    .description('list your authenticator apps, and those that wait for a key')
    .option('--server <url>', 'the Countersign server')
    .option('--json', 'print one JSON document to stdout')
    .addHelpText('after', '\nExamples:\n  countersign codes list\n  countersign codes list --json | jq -r .apps[].label')
    .action(async (options: Options) => await run(options.json, async (output) => await list(options, output)))
  command
    .command('remove')
    .argument('<id>', 'of one that waits, as `countersign codes list` shows it')
    .description('take back an authenticator app that waits')
    .option('--server <url>', 'the Countersign server')
    .option('--json', 'print one JSON document to stdout')
    .addHelpText('after', '\nOne that counts is removed under Keys, in the browser: that is countersigned.\n\nExamples:\n  countersign codes remove aut_0193a0b17e2a7c3f9d5e8a6b4c2d1e0f')
    .action(async (id: string, options: Options) => await run(options.json, async (output) => await remove(id, options, output)))
}

async function enrol(options: EnrolOptions, output: Output): Promise<ExitCode> {
  const timeout = durationOption(options.timeout, '--timeout') ?? 15 * 60_000
  const session = await connect(options, await readRepository(process.cwd()), output)
  const made = await enrolApp(session, output, { label: options.label, qr: options.qr })
  tellHow(output, made)
  const status = options.wait ? await waitForVoucher(session, output, made, timeout) : 'waits'
  if (status === 'gone') throw refuseGone()
  const { id, label, fingerprint, link } = made
  output.line(status === 'counts' ? `${output.paint.green('The app counts now.')} Its codes are good for what is not grave.` : `It still waits, for seven days at most. ${pageOf(link)}`)
  output.data({ id, label, fingerprint, link, status })
  return status === 'counts' || !options.wait ? exitCodes.done : exitCodes.notCountersigned
}

function tellHow(output: Output, { fingerprint, link, hasKey }: Enrolled): void {
  output.line()
  output.line(`  code of this app   ${output.paint.bold(safe(fingerprint))}${hasKey ? `      ->  ${link}` : ''}`)
  output.line()
  output.line(hasKey ? 'It counts for nothing yet. Open the page, type this code there, and touch your key.' : 'It counts for nothing yet. Tell this code, by telephone or in person, to whoever invited you or to an owner: they vouch for it.')
}

async function list(options: Options, output: Output): Promise<ExitCode> {
  const { api } = await openSession(options, await readRepository(process.cwd()))
  const codes = answer('codes', await api.call('GET', '/api/v1/authenticator-apps'))
  show(output, codes)
  return exitCodes.done
}

function show(output: Output, { apps, pending }: CodesView): void {
  if (apps.length + pending.length === 0) output.line('You have no authenticator app. Set one up with: countersign codes enrol')
  for (const app of apps) {
    output.line(`${safe(app.id)}  ${safe(app.label)}`)
    output.line(`  since ${safe(app.createdAt)}, ${app.lastUsedAt === null ? 'never used' : `used ${safe(app.lastUsedAt)}`}`)
  }
  for (const app of pending) {
    output.line(`${safe(app.id)}  ${safe(app.label)}  (${output.paint.yellow('waits for a key')})`)
    output.line(`  since ${safe(app.createdAt)}${app.fromTerminal === '' ? '' : `, set up from ${safe(app.fromTerminal)}`}`)
  }
  output.data({ apps, pending })
}

async function remove(id: string, options: Options, output: Output): Promise<ExitCode> {
  if (!/^aut_[0-9a-z]{1,60}$/.test(id)) throw new CliError('argument_refused', `${JSON.stringify(id)} is not the id of an authenticator app.`, 'See them with: countersign codes list')
  const { api, profile, trust } = await openSession(options, await readRepository(process.cwd()))
  const { apps } = answer('codes', await api.call('GET', '/api/v1/authenticator-apps'))
  if (apps.some((app) => app.id === id)) {
    throw new CliError('countersignature_required', 'This app counts, and removing it is countersigned in the browser.', pageOf(`${trust.sites.at(-1)?.origins[0] ?? profile.server}/keys`), { exit: exitCodes.notCountersigned })
  }
  await api.call('DELETE', `/api/v1/authenticator-apps/${id}`)
  output.line(`Taken back: ${id}.`)
  output.data({ removed: id })
  return exitCodes.done
}
