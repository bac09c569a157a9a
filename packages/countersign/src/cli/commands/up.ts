import type { Command } from 'commander'
import type { Seen } from '../../ledger/index.ts'
import { createLog } from '../../platform/log.ts'
import { loadSettings, settingsHelp, type Flags, type Loaded, type Settings } from '../../platform/settings.ts'
import type { NoticeSettings } from '../../server/parts.ts'
import { startServer, type RunningServer, type StartOptions } from '../../server/start.ts'
import { knownServers, openProfile } from '../config/profile.ts'
import { CliError, exitCodes, type ExitCode } from '../exit.ts'
import { safe, type Output } from '../output.ts'
import { askForUrl, urlIsMissing } from '../public-url.ts'
import { timeOfDay } from '../render/words.ts'
import type { Runner } from './table.ts'

type Options = Flags & { json?: boolean; recoverOwner?: boolean; acceptOlderDatabase?: string }
type Once = { recoverOwner: boolean; acceptOlder: string | undefined }

export function define(command: Command, run: Runner): void {
  for (const setting of settingsHelp()) command.option(`${setting.flag} <value>`, `${setting.help} (${setting.environment}; default: ${setting.initial})`)
  command
    .option('--recover-owner', 'print a link with which the one owner there is makes a new key, after losing every key; loud, once, 15 minutes')
    .option('--accept-older-database <code>', 'go on with a database that is older than a checkpoint that was signed; the refusal shows the code; loud, once')
    .option('--json', 'print one JSON document to stdout when it is ready')
    .addHelpText('after', `
Serves until Ctrl-C. The first start prints a set-up link that works once, from this machine, for 15 minutes: whoever opens it
becomes the owner, and their key is what everything goes back to.

Examples:
  countersign up
  countersign up --data /var/lib/countersign \\
    --url https://countersign.example.com --addr 127.0.0.1:7420 \\
    --trusted-proxy 127.0.0.1
  countersign up --url https://countersign.example.com --addr 0.0.0.0:443 \\
    --tls-cert /etc/countersign/cert.pem --tls-key /etc/countersign/key.pem`)
    .action(async (options: Options) => await run(options.json, async (output) => await up(flagsOf(options), output, { recoverOwner: options.recoverOwner === true, acceptOlder: options.acceptOlderDatabase })))
}

/** Only what the table of settings knows. */
function flagsOf(options: Options): Flags {
  const { json: _json, recoverOwner: _recoverOwner, acceptOlderDatabase: _acceptOlder, ...flags } = options
  return flags
}

async function up(flags: Flags, output: Output, { recoverOwner, acceptOlder }: Once): Promise<ExitCode> {
  const { settings, warnings } = await loadOrAsk(flags, output)
  if (flags.databaseUrl !== undefined && /:[^/@]+@/.test(flags.databaseUrl)) warnings.push('The password of the database stands on the command line, where every user of this machine can read it. Put the URL into COUNTERSIGN_DATABASE_URL or the settings file.')
  for (const warning of warnings) output.warn(`${output.paint.yellow('Warning')}: ${warning}`)
  // A person at a terminal is told what matters in words; the whole log is for a file or a collector, or for who asks for it.
  const asked = flags.log !== undefined || Boolean(process.env['COUNTERSIGN_LOG'])
  const log = createLog(!asked && process.stderr.isTTY && settings.log === 'info' ? 'warn' : settings.log)
  const running = await startServer({
    dataDir: settings.data, databaseUrl: settings.databaseUrl, addresses: settings.addr, url: settings.url.origin, alsoUrls: settings.alsoUrl.map(({ origin }) => origin), log,
    tls: settings.tlsCert === '' && settings.tlsKey === '' ? null : { cert: settings.tlsCert, key: settings.tlsKey }, trustedProxies: settings.trustedProxy,
    programs: { deviceGrant: settings.deviceGrant, resourceServers: settings.resourceServers }, notices: noticesOf(settings), away: awayOf(settings), attestationRoots: settings.attestationRoots, recoverOwner, acceptOlder, seen: remembered(),
    metricsListen: settings.metricsListen, metricsTokenFile: settings.metricsTokenFile, requestLimit: settings.requestLimit, drainMs: settings.drain, graceMs: settings.shutdownGrace, environment: process.env, ...statesOf(settings),
  }).catch(refused)
  output.line(`Countersign on ${output.paint.bold(running.url)}   (data in ${settings.databaseUrl === '' ? settings.data : `PostgreSQL, keys in ${settings.data}`})`)
  for (const { what, details, voided } of running.parts.base.settled) output.warn(`${output.paint.yellow(what === 'restored' ? 'Restored' : 'Moved here')}: ${what === 'restored' ? `a database of ${String(details['leaves'])} leaves. What was open in it is void (${Object.entries(voided).map(([name, count]) => `${name}: ${count}`).join(', ') || 'nothing was'}), people sign in anew, and the ledger says so.` : 'the ledger says so.'}`)
  if (running.setupLink !== null) {
    output.line()
    output.line('It has no owner yet. Open this link on this machine to become the owner with your passkey or security key:')
    output.line(`  ${running.setupLink}`)
    output.line(`Keys that are enrolled now are bound to ${settings.url.hostname} for good.`)
    output.line(`It works once${running.setupExpiresAt === null ? '' : `, until ${timeOfDay(running.setupExpiresAt)}`}. A new start prints a new one.`)
  } else if (running.recovery) showRecovery(output, running.recovery)
  else output.line('Sign a terminal in with: countersign login')
  output.data({ url: running.url, data: settings.data, setupLink: running.setupLink, setupExpiresAt: running.setupExpiresAt, recoveryLink: running.recovery?.link ?? null })

  await stopAsked(running)
  output.line('Stopping ... (again: at once)')
  endAtOnceIfAskedAgain(settings.drain + settings.shutdownGrace + CLOSING_MS)
  await running.close()
  return exitCodes.done
}

/** What has been handed to the database may still be written after the last request. */
const CLOSING_MS = 35_000

/**
 * A second signal, or an end that does not come: what was acknowledged is on disk, the rest is as if the power had gone. One key press
 * can arrive twice, from the terminal and from whoever started us (npx): that is not yet a second signal.
 */
function endAtOnceIfAskedAgain(ms: number): void {
  const asked = performance.now()
  const now = (): never => process.exit(exitCodes.error)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {
    if (performance.now() - asked > ONE_PRESS_MS) now()
  })
  setTimeout(now, ms).unref()
}

const ONE_PRESS_MS = 300

/** What this user's terminals have seen of any server: a database that is older than that does not start. */
function remembered(): Seen[] {
  return knownServers().map(openProfile).flatMap((profile) => {
    const checkpoint = profile.load('checkpoint')
    return checkpoint === undefined ? [] : [{ where: `the checkpoint that this user's terminal remembers of ${profile.server}`, note: checkpoint.note }]
  })
}

/** Without a terminal to ask at, the server refuses by itself where it is open to others and has no URL of its own. */
async function loadOrAsk(flags: Flags, output: Output): Promise<Loaded> {
  const loaded = loadSettings(flags, process.env)
  if (!urlIsMissing(loaded) || !process.stdin.isTTY || !process.stderr.isTTY) return loaded
  const url = await askForUrl(output, loaded.settings.config)
  return loadSettings({ ...flags, url: url.origin }, process.env)
}

function showRecovery(output: Output, { link, name, expiresAt }: NonNullable<RunningServer['recovery']>): void {
  output.line()
  output.line(`${output.paint.yellow('Owner recovery.')} ${safe(name)} makes a new key with this link, on this machine:`)
  output.line(`  ${link}`)
  output.line(`It works once, until ${timeOfDay(expiresAt)}. The old keys end with it; the new one counts for nothing grave for 48 hours.`)
  output.line('Everybody who pinned this installation will refuse it until they have compared its fingerprint anew.')
}

/** A webhook without a secret would be told by anybody. */
function noticesOf({ smtpUrl: smtp, mailFrom, webhookUrl: webhook, webhookSecret, slackUrl: slack }: Settings): NoticeSettings {
  if (webhook && webhookSecret === '') throw new CliError('webhook_secret_missing', 'A webhook is set without a secret, so its receiver could not tell our calls from anybody else\'s.', 'Set COUNTERSIGN_WEBHOOK_SECRET, or webhook_secret in countersign.yaml, to at least 32 random characters.')
  return { smtp, mailFrom, webhook, webhookSecret, slack }
}

function awayOf({ checkpointSinks: places, webhookSecret }: Settings): StartOptions['away'] {
  if (places.some(({ kind }) => kind === 'webhook') && webhookSecret === '') throw new CliError('webhook_secret_missing', 'A checkpoint sink is a webhook, and there is no secret to sign its calls with.', 'Set COUNTERSIGN_WEBHOOK_SECRET, or webhook_secret in countersign.yaml, to at least 32 random characters.')
  return { places, webhookSecret, environment: process.env }
}

function statesOf(settings: Settings): Pick<StartOptions, 'stateLimits' | 'stateKeys'> {
  return {
    stateLimits: {
      holdSeconds: settings.stateHold / 1000, largest: settings.stateLimit, lockCap: settings.stateLockCap, deletedFor: settings.stateDeletedFor, keepVersions: settings.stateKeepVersions,
      keepFor: settings.stateKeepDays * 86_400_000,
    },
    stateKeys: { protection: settings.stateKey, passphraseFile: settings.statePassphraseFile, environment: process.env },
  }
}

/** A hang-up is the end of a terminal, and for a service the usual way to be told that files have changed. */
async function stopAsked(running: RunningServer): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
    process.on('SIGHUP', () => {
      if (process.stdin.isTTY) resolve()
      else running.reloadCertificates()
    })
  })
}

/** The rooms below say what is wrong in their own codes; a port that is taken is the system's. */
function refused(error: unknown): never {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE') throw new CliError('address_in_use', 'Another program listens on that address already.', 'Is it Countersign? See: countersign doctor. Otherwise choose another port: countersign up --addr 127.0.0.1:7430,[::1]:7430', { cause: error })
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL') throw new CliError('address_unusable', `This address cannot be listened on (${code}).`, 'Choose another with --addr.', { cause: error })
  throw error
}
