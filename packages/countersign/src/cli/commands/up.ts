import type { Command } from 'commander'
import { createLog } from '../../platform/log.ts'
import { loadSettings, settingsHelp, type Flags } from '../../platform/settings.ts'
import { startServer } from '../../server/start.ts'
import { CliError, exitCodes, type ExitCode } from '../exit.ts'
import type { Output } from '../output.ts'
import { timeOfDay } from '../render/words.ts'
import type { Runner } from './table.ts'

type Options = Flags & { json?: boolean }

export function define(command: Command, run: Runner): void {
  for (const setting of settingsHelp()) command.option(`${setting.flag} <value>`, `${setting.help} (${setting.environment}; default: ${setting.initial})`)
  command
    .option('--json', 'print one JSON document to stdout when it is ready')
    .addHelpText('after', `
Serves until Ctrl-C. The first start prints a set-up link that works once, from this machine, for 15 minutes: whoever opens it
becomes the owner, and their key is what everything goes back to.

Examples:
  countersign up
  countersign up --data /var/lib/countersign --url https://countersign.example.com --addr 127.0.0.1:7420`)
    .action(async (options: Options) => await run(options.json, async (output) => await up(flagsOf(options), output)))
}

/** Only what the table of settings knows. */
function flagsOf(options: Options): Flags {
  const { json, ...flags } = options
  return json === undefined ? options : flags
}

async function up(flags: Flags, output: Output): Promise<ExitCode> {
  const { settings, warnings } = loadSettings(flags, process.env)
  for (const warning of warnings) output.warn(`${output.paint.yellow('Warning')}: ${warning}`)
  // A person at a terminal is told what matters in words; the whole log is for a file or a collector, or for who asks for it.
  const asked = flags.log !== undefined || Boolean(process.env['COUNTERSIGN_LOG'])
  const log = createLog(!asked && process.stderr.isTTY && settings.log === 'info' ? 'warn' : settings.log)
  const running = await startServer({ dataDir: settings.data, addresses: settings.addr, url: settings.url.origin, log, programs: { deviceGrant: settings.deviceGrant, resourceServers: settings.resourceServers } }).catch(refused)
  output.line(`Countersign on ${output.paint.bold(running.url)}   (data in ${settings.data})`)
  if (running.setupLink !== null) {
    output.line()
    output.line('It has no owner yet. Open this link on this machine to become the owner with your passkey or security key:')
    output.line(`  ${running.setupLink}`)
    output.line(`It works once${running.setupExpiresAt === null ? '' : `, until ${timeOfDay(running.setupExpiresAt)}`}. A new start prints a new one.`)
  } else output.line('Sign a terminal in with: countersign login')
  output.data({ url: running.url, data: settings.data, setupLink: running.setupLink, setupExpiresAt: running.setupExpiresAt })

  await stopAsked()
  output.line('Stopping ...')
  await running.close()
  return exitCodes.done
}

async function stopAsked(): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
  })
}

/** The rooms below say what is wrong in their own codes; a port that is taken is the system's. */
function refused(error: unknown): never {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE') throw new CliError('address_in_use', 'Another program listens on that address already.', 'Is it Countersign? See: countersign doctor. Otherwise choose another port: countersign up --addr 127.0.0.1:7430,[::1]:7430', { cause: error })
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL') throw new CliError('address_unusable', `This address cannot be listened on (${code}).`, 'Choose another with --addr.', { cause: error })
  throw error
}
