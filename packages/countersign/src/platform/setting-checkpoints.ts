/**
 * Where checkpoints go beyond this host. What stands here may name a secret part of an address, so only `shown` is ever logged or told.
 * Passwords are refused: git and the AWS SDK have their own ways to be let in, and an address ends up in too many places.
 */
import { isAbsolute } from 'node:path'
import { SettingError } from './setting-error.ts'
import { parseTarget } from './setting-notices.ts'

export type ObjectLock = { mode: 'GOVERNANCE' | 'COMPLIANCE'; days: number }

export type CheckpointPlace = {
  /** As it was written. */
  text: string
  /** For people: without what may be secret. */
  shown: string
} & (
  | { kind: 'file'; path: string }
  | { kind: 'git'; url: string; branch: string }
  | { kind: 's3'; bucket: string; prefix: string; lock: ObjectLock | null }
  | { kind: 'webhook'; url: URL }
)

const MOST = 8

/** With commas between. @throws SettingError */
export function parseCheckpointPlaces(text: string): CheckpointPlace[] {
  const written = [...new Set(text.split(',').map((one) => one.trim()).filter((one) => one !== ''))]
  if (written.length > MOST) throw new SettingError(`must be at most ${MOST} places`)
  return written.map(parseCheckpointPlace)
}

/** @throws SettingError */
export function parseCheckpointPlace(text: string): CheckpointPlace {
  if (text.startsWith('file:/')) return { kind: 'file', path: text.slice('file:'.length), text, shown: text }
  if (text.startsWith('git:')) return gitPlace(text)
  if (text.startsWith('s3://')) return s3Place(text)
  if (!/^https?:\/\//.test(text)) throw new SettingError('must be places like file:/mnt/other/checkpoints, git:ssh://host/repository.git, s3://bucket/folder or https://host/path')
  const url = parseTarget(text, ['https:', 'http:'])
  if (url === null || url.username !== '' || url.password !== '') throw new SettingError('must name no user or password in an address')
  return { kind: 'webhook', url, text, shown: `${url.origin}/...` }
}

/** A remote that begins with a dash, or `ext::`, would be a command. */
function gitPlace(text: string): CheckpointPlace {
  const [, url = '', branch = 'checkpoints'] = /^git:([^#]*)(?:#(.*))?$/.exec(text) ?? []
  const address = /^(?:https|ssh|file):\/\//.test(url) && URL.canParse(url) ? new URL(url) : null
  if (address === null && !isAbsolute(url)) throw new SettingError('must name a git repository by its whole path, or as https://, ssh:// or file://')
  if (address !== null && (address.password !== '' || (address.protocol === 'https:' && address.username !== ''))) throw new SettingError('must name no password in the address of a git repository: git asks its credential helper')
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]*(?:[./][A-Za-z0-9_-]+)*$/.test(branch) || branch.endsWith('.lock')) throw new SettingError('must name a branch after #, of letters, digits, dashes, dots and slashes')
  return { kind: 'git', url, branch, text, shown: `git:${url}#${branch}` }
}

function s3Place(text: string): CheckpointPlace {
  const match = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([^?]*))?(?:\?lock=(governance|compliance):([1-9]\d{0,4}))?$/.exec(text)
  const [, bucket, folder = '', mode, days] = match ?? []
  if (bucket === undefined) throw new SettingError('must be s3://bucket/folder, with ?lock=compliance:DAYS or ?lock=governance:DAYS for an object lock')
  const prefix = folder === '' || folder.endsWith('/') ? folder : `${folder}/`
  const lock: ObjectLock | null = mode === undefined ? null : { mode: mode === 'compliance' ? 'COMPLIANCE' : 'GOVERNANCE', days: Number(days) }
  return { kind: 's3', bucket, prefix, lock, text, shown: `s3://${bucket}/${prefix}` }
}
