import type { Command } from 'commander'
import { signInByCode } from '../client/device-login.ts'
import { signIn } from '../client/login.ts'
import type { Granted } from '../client/oauth.ts'
import { exchange } from '../client/http.ts'
import { createApi } from '../client/api.ts'
import { problemOf } from '../client/problem.ts'
import { clientName, serverOf } from '../client/session.ts'
import { createTerminalKey, openKey, sealKey, type TerminalKey } from '../client/terminal-key.ts'
import { answer } from '../client/wire.ts'
import { findKeychain } from '../config/keychain.ts'
import { openProfile, type Profile, type StoredKey } from '../config/profile.ts'
import { readRepository } from '../config/repository.ts'
import { CliError, exitCodes, type ExitCode } from '../exit.ts'
import { safe, type Output } from '../output.ts'
import { askPassphrase, choosePassphrase } from '../passphrase.ts'
import { openInBrowser } from '../apply/offer.ts'
import { startProgress, type Progress } from '../render/progress.ts'
import { checkHistory } from '../trust/checkpoint.ts'
import { readDirectory } from '../trust/directory.ts'
import { fingerprint, pinTrust } from '../trust/pin.ts'
import type { Runner } from './table.ts'

type Options = { server?: string; browser: boolean; device?: boolean; passphrase?: boolean; json?: boolean }

const FIVE_MINUTES = 300_000

export function define(command: Command, run: Runner): void {
  command
    .option('--server <url>', 'the Countersign server (default: http://localhost:7420 when there is one)')
    .option('--device', 'for a machine without a browser: show a code to type on another one')
    .option('--passphrase', 'keep this terminal\'s key behind a passphrase')
    .option('--no-browser', 'print the link only')
    .option('--json', 'print one JSON document to stdout')
    .addHelpText('after', `
Makes a key for this terminal, signs it in through the browser, and pins what it will trust of the server from now on:
its genesis key, ledger key and origins. A later login that shows others is refused.

Examples:
  countersign login
  countersign login --server https://countersign.example.com --passphrase
  countersign login --device    over SSH; the server's device_grant has to be on`)
    .action(async (options: Options) => await run(options.json, async (output) => await login(options, output)))
}

async function login(options: Options, output: Output): Promise<ExitCode> {
  const server = await reachable(options)
  const profile = openProfile(server)
  const key = await keyFor(profile, options)
  const interrupted = new AbortController()
  process.once('SIGINT', () => interrupted.abort())

  const granted = await grantFor(server, key, options, output, interrupted.signal)
  const api = createApi(server, key, { current: () => granted.accessToken, renew: async () => undefined }, clientName())
  const me = answer('me', await api.call('GET', '/api/v1/me'))
  const { trust, first } = await pinTrust(profile, await api.bytes('/api/v1/trust'), async () => answer('directory', await api.call('GET', '/api/v1/directory')).entries)
  await checkHistory(api, profile, trust)
  await readDirectory({ api, profile, trust })
  profile.save('token', { ...granted, signedInUntil: me.token.signedInUntil, person: { id: me.person.id, name: me.person.name } })
  profile.save('server', { url: server })

  const kind = profile.load('key')?.kind ?? 'exportable'
  output.line(`${output.paint.green('Signed in')} to ${server} as ${safe(me.person.name)}, until ${me.token.signedInUntil}.`)
  output.line(keptWords[kind])
  if (first) {
    output.line(`Pinned the installation ${safe(trust.instance)}. Compare this fingerprint with the one that the set-up page showed:`)
    output.line(`  ${fingerprint(trust)}`)
  }
  if (trust.demonstration) output.line(output.paint.yellow('This installation trusts software keys: it is a DEMONSTRATION.'))
  output.data({ server, person: me.person, expiresAt: me.token.signedInUntil, thumbprint: key.thumbprint, keyProtection: kind, instance: trust.instance, genesis: trust.genesis.entry, pinned: first ? 'now' : 'before', demonstration: trust.demonstration })
  return exitCodes.done
}

const keptWords: Readonly<Record<StoredKey['kind'], string>> = {
  passphrase: 'The key of this terminal is behind your passphrase.',
  keychain: "The key of this terminal is in the system's keychain.",
  exportable: 'The key of this terminal is a file that only you can read; whoever runs programs as you can copy it. With --passphrase it is sealed.',
}

async function grantFor(server: string, key: TerminalKey, options: Options, output: Output, signal: AbortSignal): Promise<Granted> {
  let progress: Progress | undefined
  const waiting = (): void => void (progress = startProgress(output, 'waiting for the browser'))
  const byCode = (): Promise<Granted> => signInByCode(server, key, ({ address, code }) => {
    output.line('On a machine with a browser, sign in at')
    output.line(`  ${address}`)
    output.line('and type this code there. Give it to nobody:')
    output.line(`  ${output.paint.bold(code)}`)
    output.line('The page shows the key of this terminal; it must be')
    output.line(`  ${key.thumbprint}`)
    waiting()
  }, signal)
  const byRedirect = (): Promise<Granted> => signIn(server, key, (address) => {
    output.line('Sign this terminal in with your browser:')
    output.line(`  ${address}`)
    if (options.browser) openInBrowser(address).catch(() => output.line('No browser could be opened here: open the link yourself.'))
    waiting()
  }, { timeoutMs: FIVE_MINUTES, signal })
  return await (options.device ? byCode() : byRedirect()).finally(() => progress?.end())
}

const local = 'http://localhost:7420'

async function reachable(options: Options): Promise<string> {
  let server: string
  try {
    server = serverOf(options, await readRepository(process.cwd()))
  } catch (error) {
    if (!(error instanceof CliError) || error.code !== 'server_missing') throw error
    server = local
  }
  const response = await exchange({ method: 'GET', url: `${server}/api/v1/status`, silence: 5_000 })
  if (response.status !== 200) throw problemOf(response, server)
  const status = answer('status', JSON.parse(response.body.toString('utf8')))
  if (status.name !== 'countersign') throw new CliError('server_unexpected', `${server} is not a Countersign server.`, 'Check the address.')
  if (!status.setUp) throw new CliError('not_set_up', `${server} has no owner yet, so nobody can sign in.`, 'Open the set-up link that `countersign up` printed, then run countersign login again.')
  return server
}

/** The key stays the same over logins, so that the server and statements name one terminal; a passphrase can be added later. */
async function keyFor(profile: Profile, options: Options): Promise<TerminalKey> {
  const stored = profile.load('key')
  if (stored && !(options.passphrase && stored.kind !== 'passphrase')) return await openKey(stored, askPassphrase)
  const key = await createTerminalKey()
  const passphrase = options.passphrase ? await choosePassphrase() : undefined
  const keychain = passphrase === undefined ? await findKeychain() : undefined
  profile.save('key', await sealKey(key, { passphrase, keychain: keychain && { keychain, account: profile.server } }))
  return key
}
