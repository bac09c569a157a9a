/**
 * Checkpoints that left the host, read again: from a file, a folder, a branch of a git repository, a bucket, or what a terminal
 * remembers. What is read is anybody's until its signature holds.
 */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { parseCheckpointPlace } from '../../platform/setting-checkpoints.ts'
import { SettingError } from '../../platform/setting-error.ts'
import { isCheckpointFile } from '../checkpoints.ts'
import { notesOf } from './git.ts'
import { objectsOf } from './s3.ts'

export type AwayText = { where: string; text: string }

const LARGEST = 512 * 1024 * 1024

/** `source` as in the setting, or a path. @throws SettingError for what is no source, and what the place itself throws */
export async function readAway(source: string, environment: NodeJS.ProcessEnv, signal: AbortSignal): Promise<AwayText[]> {
  if (!/^(git:|s3:\/\/|https?:\/\/|file:)/.test(source)) return await readPath(source)
  const place = parseCheckpointPlace(source)
  switch (place.kind) {
    case 'file': return await readPath(place.path)
    case 'git': return await notesOf(place, environment, signal)
    case 's3': return await objectsOf(place, environment, signal)
    case 'webhook': throw new SettingError('must be what can be read again: a file, a folder, git: or s3://')
  }
}

async function readPath(path: string): Promise<AwayText[]> {
  const found = await stat(path)
  if (!found.isDirectory()) return found.size > LARGEST ? Promise.reject(new SettingError('must be smaller than 512 MB')) : [{ where: path, text: remembered(await readFile(path, 'utf8')) }]
  const names = (await readdir(path)).filter((name) => isCheckpointFile(name) || name === 'checkpoint').toSorted()
  return await Promise.all(names.map(async (name) => ({ where: join(path, name), text: await readFile(join(path, name), 'utf8') })))
}

/** A terminal's own file is JSON with the note in it. */
function remembered(text: string): string {
  if (!text.startsWith('{')) return text
  try {
    const { note } = JSON.parse(text) as { note?: unknown }
    return typeof note === 'string' ? note : ''
  } catch {
    return ''
  }
}

/** The notes in a text, in order. What is between them, such as half a note of a write that was cut off, is passed over. */
export function notesIn(text: string): string[] {
  return [...text.matchAll(/^[!-~]+\n(?:0|[1-9]\d{0,15})\n[A-Za-z0-9+/]{43}=\n(?:[^\n]+\n)*\n(?:\u2014 [^\n]*\n)+/gm)].map(([note]) => note)
}
