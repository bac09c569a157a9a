/**
 * What this user keeps of one server: the terminal's key, the token, the pinned trust, the last checkpoint and directory head. One folder per server
 * address below the configuration folder.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { TrustFile } from '@countersign/proof'
import type { JWK } from 'jose'
import { CliError } from '../exit.ts'
import { readPrivateJson, writePrivateJson } from './files.ts'
import { configFolder } from './paths.ts'

export type StoredKey =
  | { readonly kind: 'exportable'; readonly jwk: JWK }
  | { readonly kind: 'keychain'; readonly account: string; readonly thumbprint: string }
  | { readonly kind: 'passphrase'; readonly salt: string; readonly iv: string; readonly sealed: string; readonly thumbprint: string }

export type StoredToken = {
  readonly accessToken: string
  readonly expiresAt: string
  /** Worth something with the key alone; each is used once. */
  readonly refreshToken?: string
  /** Until when it can be renewed. */
  readonly signedInUntil?: string
  readonly person: { readonly id: string; readonly name: string }
}
export type StoredCheckpoint = { readonly note: string; readonly size: number; readonly root: string }

export type StoredDirectory = { readonly size: number; readonly head: string }

type Files = { key: StoredKey; token: StoredToken; trust: TrustFile; checkpoint: StoredCheckpoint; directory: StoredDirectory; server: { url: string } }

export interface Profile {
  readonly server: string
  readonly folder: string
  load<N extends keyof Files>(name: N): Files[N] | undefined
  save<N extends keyof Files>(name: N, value: Files[N]): void
  remove(name: keyof Files): void
}

export function openProfile(server: string): Profile {
  const folder = join(configFolder(), 'servers', server.replace(/:\/\//, '_').replace(/[^A-Za-z0-9.-]/g, '_'))
  const path = (name: string): string => join(folder, `${name}.json`)
  return {
    server,
    folder,
    load<N extends keyof Files>(name: N): Files[N] | undefined {
      const value = readPrivateJson(path(name))
      return value === undefined ? undefined : (value as Files[N]) // written by us, in a file that nobody else may write
    },
    save: (name, value) => writePrivateJson(path(name), value),
    remove: (name) => rmSync(path(name), { force: true }),
  }
}

/** The servers that `login` was run for. */
export function knownServers(): string[] {
  const folder = join(configFolder(), 'servers')
  if (!existsSync(folder)) return []
  return readdirSync(folder).flatMap((name) => {
    const stored = readPrivateJson(join(folder, name, 'server.json')) as { url?: unknown } | undefined
    return typeof stored?.url === 'string' ? [stored.url] : []
  })
}

/** The server of a command: its flag, the environment, the repository's file, the only one that was signed in to. */
export function chooseServer(flag: string | undefined, environment: string | undefined, repository: string | undefined): string | undefined {
  const given = flag ?? (environment || undefined) ?? repository
  if (given !== undefined) return given
  const known = knownServers()
  if (known.length <= 1) return known[0]
  throw new CliError('server_unclear', `You are signed in to ${known.length} servers: ${known.join(', ')}.`, 'Say which one with --server, in COUNTERSIGN_SERVER, or as `server:` in .countersign.yaml.')
}
