/**
 * The token of this terminal, and the next one when it ends. A refresh token is worth one use: two programs of this user that renewed at
 * once would look like a thief to the server, and both be signed out. So one renews and the others take what it wrote.
 */
import { closeSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Profile, StoredToken } from '../config/profile.ts'
import { CliError } from '../exit.ts'
import { client, discover, grantedBy, postForm } from './oauth.ts'
import type { TerminalKey } from './terminal-key.ts'

export interface TokenSource {
  current(): string
  /** Another one than `stale`; undefined when there is none to be had. */
  renew(stale: string): Promise<string | undefined>
}

const SOON = 60_000
const STALE_LOCK = 30_000
const PATIENCE = 15_000

export function endsSoon(token: StoredToken): boolean {
  return Date.parse(token.expiresAt) <= Date.now() + SOON
}

export function canRenew(token: StoredToken): boolean {
  return token.refreshToken !== undefined && Date.parse(token.signedInUntil ?? '') > Date.now()
}

export function storedTokens(profile: Profile, key: TerminalKey): TokenSource {
  const stored = (): StoredToken | undefined => profile.load('token')
  let held = stored()?.accessToken ?? ''
  return {
    current: () => held,
    async renew(stale) {
      const fresh = await locked(join(profile.folder, 'renewing'), async () => {
        const token = stored()
        // Another program was here first.
        if (token && token.accessToken !== stale) return token
        return token && canRenew(token) ? await renewed(profile, key, token) : undefined
      })
      if (fresh) held = fresh.accessToken
      return fresh?.accessToken
    },
  }
}

async function renewed(profile: Profile, key: TerminalKey, token: StoredToken): Promise<StoredToken | undefined> {
  try {
    const { token: url } = await discover(profile.server)
    const granted = grantedBy(await postForm(url, key, { grant_type: 'refresh_token', client_id: client, refresh_token: token.refreshToken ?? '' }), url)
    const next = { ...token, ...granted }
    profile.save('token', next)
    return next
  } catch (error) {
    // Ended at the server: what is stored is worth nothing any more, and the refusal that led here is the one to tell.
    if (error instanceof CliError && error.code === 'invalid_grant') return undefined
    throw error
  }
}

/** One at a time among the programs of this user. A lock whose owner died is taken over. */
async function locked<T>(path: string, work: () => Promise<T>): Promise<T> {
  const until = Date.now() + PATIENCE
  while (!take(path)) {
    if (Date.now() > until) throw new CliError('token_busy', 'Another countersign has been renewing the token of this terminal for too long.', `Try again; if it stays, take away ${path}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  try {
    return await work()
  } finally {
    rmSync(path, { force: true })
  }
}

function take(path: string): boolean {
  try {
    mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 })
    closeSync(openSync(path, 'wx', 0o600))
    return true
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'EEXIST') throw error
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
    if (age > STALE_LOCK) rmSync(path, { force: true })
    return false
  }
}
