/** A signed-in terminal: its profile, its opened key, the API, and what it has pinned. Every command that talks to a server begins here. */
import type { TrustFile } from '@countersign/proof'
import { parseServer } from '../config/server-url.ts'
import { chooseServer, openProfile, type Profile, type StoredToken } from '../config/profile.ts'
import type { Repository } from '../config/repository.ts'
import { CliError } from '../exit.ts'
import { askPassphrase } from '../passphrase.ts'
import { createApi, type Api } from './api.ts'
import { openKey } from './terminal-key.ts'
import { canRenew, endsSoon, storedTokens } from './tokens.ts'

export type Session = {
  readonly profile: Profile
  readonly api: Api
  readonly trust: TrustFile
  readonly person: StoredToken['person']
}

export type ServerChoice = { readonly server?: string | undefined }

/** Throws CliError `server_missing`, `not_signed_in`. */
export function serverOf(choice: ServerChoice, repository: Repository): string {
  const server = chooseServer(choice.server, process.env['COUNTERSIGN_SERVER'], repository.server)
  if (server === undefined) {
    throw new CliError('server_missing', 'No server is known here.', 'Start one on this machine with: countersign up. Then sign in with: countersign login')
  }
  return parseServer(server)
}

/** Throws CliError `not_signed_in`, `passphrase_wrong`. */
export async function openSession(choice: ServerChoice, repository: Repository): Promise<Session> {
  const profile = openProfile(serverOf(choice, repository))
  const [key, token, trust] = [profile.load('key'), profile.load('token'), profile.load('trust')]
  const login = `Run: countersign login${choice.server || repository.server ? ` --server ${profile.server}` : ''}`
  if (!key || !token || !trust) throw new CliError('not_signed_in', `This terminal is not signed in to ${profile.server}.`, login)
  if (Date.parse(token.expiresAt) <= Date.now() && !canRenew(token)) throw new CliError('not_signed_in', `This terminal's sign-in to ${profile.server} ended at ${token.signedInUntil ?? token.expiresAt}.`, login)
  const terminalKey = await openKey(key, askPassphrase)
  const tokens = storedTokens(profile, terminalKey)
  if (endsSoon(token) && canRenew(token)) await tokens.renew(token.accessToken)
  return { profile, trust, person: token.person, api: createApi(profile.server, terminalKey, tokens, clientName()) }
}

/** How this program names itself to servers: for show only. */
export function clientName(): string {
  return `countersign-cli (${process.platform})`
}
