/**
 * The default providers: key-encryption keys as files in `<data>/keys/state`, each made once and never written again: `<id>.key` holds
 * the key, `<id>.sealed` the key behind a passphrase. The newest of the protection that is set is the current one; there is no other
 * pointer that could disagree. Files of both kinds open as long as they are there, so the protection can be changed by a rotation.
 *
 * The folder is the truth: another process may add a key (rotation) or remove one (prune) at any time, and `refresh` sees it.
 */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../clock.ts'
import { syncFolder } from '../../folder.ts'
import { newId } from '../../ids.ts'
import { loadPrivate, makePrivateFolder, savePrivate } from '../../key-files.ts'
import type { Random } from '../../random.ts'
import type { Protection } from '../protection.ts'
import { edited, EnvelopeError, keyMissing } from '../errors.ts'
import type { KeyProvider } from '../provider.ts'
import { KEY } from '../wrapping.ts'
import { decrypt, encrypt } from './cipher.ts'
import { openKey, sealKey, usualCost, type Cost } from './passphrase.ts'

/** Times in integer milliseconds. */
export type StateKey = { readonly id: string; readonly protection: Protection; readonly madeAt: number; readonly current: boolean }

export interface StateKeys extends KeyProvider {
  /** Oldest first. */
  list(): Promise<StateKey[]>
  /** Makes a key and makes it the current one. Answers its id. */
  rotate(): Promise<string>
  /** For ever: what is wrapped by it is lost. Ask `prune`. */
  remove(id: string): Promise<void>
}

export type StateKeyOptions = {
  readonly dataDir: string
  readonly protection: Protection
  /** null: none was given; keys behind one stay closed. */
  readonly passphrase: string | null
  readonly clock: Clock
  readonly random: Random
  readonly cost?: Cost
}

const endings: Record<Protection, string> = { file: '.key', passphrase: '.sealed' }
const NAME = /^(?<id>kek_[0-9a-f]{32})(?<ending>\.key|\.sealed)$/

/**
 * Makes nothing: the first key comes with the first envelope.
 * @throws EnvelopeError `state_passphrase_missing`, `state_passphrase_wrong`: said at the start, not at the first state
 */
export async function openStateKeys({ dataDir, protection, passphrase, clock, random, cost = usualCost }: StateKeyOptions): Promise<StateKeys> {
  const folder = join(dataDir, 'keys', 'state')
  let found = new Map<string, Protection>()
  const opened = new Map<string, Promise<Uint8Array>>()

  const current = (): string => [...found].filter(([, kept]) => kept === protection).map(([id]) => id).toSorted().at(-1) ?? ''
  const refresh = async (): Promise<void> => {
    found = await namesIn(folder)
    for (const id of opened.keys()) if (!found.has(id)) opened.delete(id)
  }
  const load = async (id: string, kept: Protection): Promise<Uint8Array> => {
    const text = await loadPrivate(folder, `${id}${endings[kept]}`)
    if (text === null) throw keyMissing(id, folder)
    if (kept === 'passphrase' && passphrase === null) throw noPassphrase(id)
    const key = kept === 'file' ? Buffer.from(text.trim(), 'base64url') : await openKey(id, text, passphrase ?? '')
    if (key?.length !== KEY) throw new EnvelopeError('envelope_key_unavailable', `${join(folder, id)}${endings[kept]} does not hold the key it should.`, 'Restore it from the backup that belongs to this database.')
    return key
  }
  /** At most once for each key: behind a passphrase it is slow. What failed is tried again. */
  const keyOf = async (id: string): Promise<Uint8Array> => {
    if (!found.has(id)) await refresh()
    const kept = found.get(id)
    if (kept === undefined) throw keyMissing(id, folder)
    const loading = opened.get(id) ?? load(id, kept)
    opened.set(id, loading)
    loading.catch(() => opened.delete(id))
    return await loading
  }
  const rotate = async (): Promise<string> => {
    await makePrivateFolder(folder)
    await refresh()
    // Later than every key there is, also where the clock went back: the newest is the current one.
    const now = Math.max(clock.now(), ...[...found.keys()].map((id) => madeAt(id) + 1))
    const id = newId('kek', { now: () => now }, random)
    const key = random.bytes(KEY)
    if (protection === 'passphrase' && passphrase === null) throw noPassphrase(id)
    const text = protection === 'file' ? `${Buffer.from(key).toString('base64url')}\n` : await sealKey(id, key, passphrase ?? '', cost, random)
    await savePrivate(folder, `${id}${endings[protection]}`, text, random)
    await refresh()
    return id
  }

  await refresh()
  if (protection === 'passphrase' && passphrase === null) throw noPassphrase(current())
  if (current() !== '') await keyOf(current())
  let making: Promise<string> | undefined
  return {
    kind: protection,
    current,
    refresh,
    rotate,
    wrap: async (dataKey, aad) => {
      await refresh()
      if (current() === '') await (making ??= rotate().finally(() => (making = undefined)))
      const key = current()
      return { key, wrapped: encrypt(await keyOf(key), dataKey, aad, random) }
    },
    unwrap: async (key, wrapped, aad) => {
      const dataKey = decrypt(await keyOf(key), wrapped, aad)
      if (dataKey === null) throw edited('its data key does not open')
      return dataKey
    },
    list: async () => {
      await refresh()
      return [...found].map(([id, kept]) => ({ id, protection: kept, madeAt: madeAt(id), current: id === current() })).toSorted((a, b) => (a.id < b.id ? -1 : 1))
    },
    remove: async (id) => {
      const kept = found.get(id)
      if (kept === undefined) throw keyMissing(id, folder)
      await rm(join(folder, `${id}${endings[kept]}`))
      await syncFolder(folder)
      await refresh()
    },
  }
}

/** Milliseconds: the first 48 bits of a UUIDv7. */
const madeAt = (id: string): number => Number.parseInt(id.slice('kek_'.length, 'kek_'.length + 12), 16)

async function namesIn(folder: string): Promise<Map<string, Protection>> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  })
  return new Map(names.flatMap((name): [string, Protection][] => {
    const { id, ending } = NAME.exec(name)?.groups ?? {}
    return id === undefined ? [] : [[id, ending === endings.file ? 'file' : 'passphrase']]
  }))
}

function noPassphrase(id: string): EnvelopeError {
  return new EnvelopeError('state_passphrase_missing', `The keys of states are behind a passphrase${id === '' ? '' : ` (${id})`}, and none was given.`, 'Set COUNTERSIGN_STATE_PASSPHRASE, or name a file that holds it with state_passphrase_file.')
}
