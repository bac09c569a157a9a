/**
 * The default providers: key-encryption keys as files in `<data>/keys/state`, each made once and never written again: `<id>.key` holds
 * the key, `<id>.sealed` the key behind a passphrase. The newest of the protection that is set is the current one; there is no other
 * pointer that could disagree. Files of both kinds open as long as they are there, so the protection can be changed by a rotation.
 *
 * The folder is the truth: another process may add a key (rotation) or remove one (prune) at any time, and `refresh` sees it.
 */
import { join } from 'node:path'
import type { Clock } from '../../clock.ts'
import { newId } from '../../ids.ts'
import { loadPrivate, makePrivateFolder, savePrivate } from '../../key-files.ts'
import type { Random } from '../../random.ts'
import type { Protection } from '../protection.ts'
import { edited, EnvelopeError, keyMissing } from '../errors.ts'
import type { KeyProvider } from '../provider.ts'
import { KEY } from '../wrapping.ts'
import { decrypt, encrypt } from './cipher.ts'
import { findStateKeys, type KeyFolder } from './key-folder.ts'
import { openKey, sealKey, usualCost, type Cost } from './passphrase.ts'

export interface StateKeys extends KeyProvider, Pick<KeyFolder, 'list' | 'remove'> {
  /** Makes a key and makes it the current one. Answers its id. */
  rotate(): Promise<string>
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

/**
 * Makes nothing: the first key comes with the first envelope.
 * @throws EnvelopeError `state_passphrase_missing`, `state_passphrase_wrong`: said at the start, not at the first state
 */
export async function openStateKeys({ dataDir, protection, passphrase, clock, random, cost = usualCost }: StateKeyOptions): Promise<StateKeys> {
  const folder = await findStateKeys(dataDir, protection)
  const opened = new Map<string, Promise<Uint8Array>>()

  const refresh = async (): Promise<void> => {
    await folder.refresh()
    for (const id of opened.keys()) if (folder.protectionOf(id) === undefined) opened.delete(id)
  }
  const load = async (id: string, kept: Protection): Promise<Uint8Array> => {
    const text = await loadPrivate(folder.path, folder.fileOf(id, kept))
    if (text === null) throw keyMissing(id, folder.path)
    if (kept === 'passphrase' && passphrase === null) throw noPassphrase(id)
    const key = kept === 'file' ? Buffer.from(text.trim(), 'base64url') : await openKey(id, text, passphrase ?? '')
    if (key?.length !== KEY) throw new EnvelopeError('envelope_key_unavailable', `${join(folder.path, folder.fileOf(id, kept))} does not hold the key it should.`, 'Restore it from the backup that belongs to this database.')
    return key
  }
  /** At most once for each key: behind a passphrase it is slow. What failed is tried again. */
  const keyOf = async (id: string): Promise<Uint8Array> => {
    if (folder.protectionOf(id) === undefined) await refresh()
    const kept = folder.protectionOf(id)
    if (kept === undefined) throw keyMissing(id, folder.path)
    const loading = opened.get(id) ?? load(id, kept)
    opened.set(id, loading)
    loading.catch(() => opened.delete(id))
    return await loading
  }
  const rotate = async (): Promise<string> => {
    await makePrivateFolder(folder.path)
    const id = newId('kek', { now: () => folder.laterThanAll(clock.now()) }, random)
    if (protection === 'passphrase' && passphrase === null) throw noPassphrase(id)
    const key = random.bytes(KEY)
    const text = protection === 'file' ? `${Buffer.from(key).toString('base64url')}\n` : await sealKey(id, key, passphrase ?? '', cost, random)
    await savePrivate(folder.path, folder.fileOf(id, protection), text, random)
    await refresh()
    return id
  }

  if (protection === 'passphrase' && passphrase === null) throw noPassphrase(folder.current())
  if (folder.current() !== '') await keyOf(folder.current())
  let making: Promise<string> | undefined
  return {
    kind: protection,
    current: () => folder.current(),
    refresh,
    rotate,
    wrap: async (dataKey, aad) => {
      await refresh()
      if (folder.current() === '') await (making ??= rotate().finally(() => (making = undefined)))
      const key = folder.current()
      return { key, wrapped: encrypt(await keyOf(key), dataKey, aad, random) }
    },
    unwrap: async (key, wrapped, aad) => {
      const dataKey = decrypt(await keyOf(key), wrapped, aad)
      if (dataKey === null) throw edited('its data key does not open')
      return dataKey
    },
    list: () => folder.list(),
    remove: async (id) => {
      await folder.remove(id)
      await refresh()
    },
  }
}

function noPassphrase(id: string): EnvelopeError {
  return new EnvelopeError('state_passphrase_missing', `The keys of states are behind a passphrase${id === '' ? '' : ` (${id})`}, and none was given.`, 'Set COUNTERSIGN_STATE_PASSPHRASE, or name a file that holds it with state_passphrase_file.')
}
