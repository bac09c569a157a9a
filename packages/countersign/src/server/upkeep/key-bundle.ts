/**
 * The keys of an installation, sealed into a file of their own: never in the file with the database, because whoever has both can speak as
 * this installation. What is in `keys/` is taken as it lies there; keys of states that are behind a passphrase stay behind it.
 */
import { createPublicKey } from 'node:crypto'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { checkpointOrigin } from '@countersign/proof'
import { makeVkey } from '@countersign/proof/produce'
import { rfc3339 } from '../../platform/clock.ts'
import { writeSealedFile, type FileSecret } from '../../platform/envelope/index.ts'
import { loadPrivate, makePrivateFolder, savePrivate } from '../../platform/key-files.ts'
import type { Random } from '../../platform/random.ts'
import { openStore } from '../../platform/store/open.ts'
import type { Upkeep } from './create.ts'
import { UpkeepError } from './errors.ts'
import { newFile } from './new-file.ts'
import { inWords, withSealed, writeRecord } from './records.ts'

const NAME = /^(ledger\.pem|(cookie|setup|sealing)\.secret|oidc-jwks\.json|state\/kek_[0-9a-f]{32}\.(key|sealed))$/

export type KeyFile = { name: string; text: string }
export type Bundle = { instance: string; at: string; keys: KeyFile[] }

export async function saveKeys(upkeep: Upkeep, to: string, secret: FileSecret): Promise<{ size: number; keys: string[] }> {
  const keys = await keysIn(join(upkeep.dataDir, 'keys'))
  if (!keys.some(({ name }) => name === 'ledger.pem')) throw new UpkeepError('move_refused', `There is no keys/ledger.pem in ${upkeep.dataDir}.`, 'Name the server\'s data folder with --data.')
  const instance = await instanceOf(upkeep)
  return await newFile(to, async (file) => {
    const writer = await writeSealedFile(file, 'keys', secret, upkeep).catch((error: unknown) => {
      throw inWords(error, to)
    })
    await writeRecord(writer, 'head', Buffer.from(JSON.stringify({ v: 1, instance, at: rfc3339(upkeep.clock.now()) })))
    for (const { name, text } of keys) await writeRecord(writer, 'file', Buffer.from(`${name}\n${text}`))
    await writer.end()
    return { size: writer.size(), keys: keys.map(({ name }) => name) }
  })
}

/** @throws UpkeepError */
export async function openKeys(path: string, secret: FileSecret): Promise<Bundle> {
  return await withSealed(path, 'keys', secret, async ({ records }) => {
    const bundle: Bundle = { instance: '', at: '', keys: [] }
    for await (const { kind, bytes } of records()) {
      if (kind === 'head') {
        const { instance, at } = JSON.parse(bytes.toString('utf8')) as { instance: string; at: string }
        Object.assign(bundle, { instance, at })
      } else if (kind === 'file') {
        const cut = bytes.indexOf(10)
        const name = bytes.subarray(0, cut).toString('utf8')
        if (!NAME.test(name)) throw new UpkeepError('backup_newer', `The keys hold ${JSON.stringify(name)}, which this version does not know.`, 'Use the version of Countersign that wrote them, or a later one.')
        bundle.keys.push({ name, text: bytes.subarray(cut + 1).toString('utf8') })
      }
    }
    return bundle
  })
}

/** What a database needs and these keys do not have, in words; empty where nothing is missing. @throws UpkeepError `keys_foreign` */
export async function missingFrom(keys: readonly KeyFile[], wanted: { instance: string; vkey: string; stateKeys: readonly string[] }): Promise<string[]> {
  const names = new Set(keys.map(({ name }) => name))
  const ledger = keys.find(({ name }) => name === 'ledger.pem')
  if (ledger && wanted.vkey !== '' && (await vkeyOf(ledger.text, wanted.instance)) !== wanted.vkey) throw new UpkeepError('keys_foreign', 'The key that signs checkpoints is not the one of this database.', 'Name the keys that were saved from the same installation.')
  return [
    ...(ledger ? [] : ['keys/ledger.pem: without it the server does not start']),
    ...(names.has('sealing.secret') ? [] : ['keys/sealing.secret: without it no authenticator app, password or recovery code works']),
    ...wanted.stateKeys.filter((id) => !names.has(`state/${id}.key`) && !names.has(`state/${id}.sealed`)).map((id) => `keys/state/${id}: without it the states that were sealed with it cannot be opened`),
  ]
}

export async function putKeys(dataDir: string, keys: readonly KeyFile[], random: Random): Promise<void> {
  await makePrivateFolder(join(dataDir, 'keys'))
  if (keys.some(({ name }) => name.startsWith('state/'))) await mkdir(join(dataDir, 'keys', 'state'), { mode: 0o700 })
  for (const { name, text } of keys) {
    const [folder, file] = name.startsWith('state/') ? [join(dataDir, 'keys', 'state'), name.slice('state/'.length)] : [join(dataDir, 'keys'), name]
    await savePrivate(folder, file, text, random)
  }
}

async function keysIn(folder: string): Promise<KeyFile[]> {
  const names = async (path: string): Promise<string[]> => await readdir(path).catch(() => [])
  const all = [...(await names(folder)), ...(await names(join(folder, 'state'))).map((name) => `state/${name}`)].filter((name) => NAME.test(name)).toSorted()
  return await Promise.all(all.map(async (name) => {
    const [place, file] = name.startsWith('state/') ? [join(folder, 'state'), name.slice('state/'.length)] : [folder, name]
    return { name, text: (await loadPrivate(place, file)) ?? '' }
  }))
}

async function vkeyOf(pem: string, instance: string): Promise<string> {
  const { x } = createPublicKey(pem).export({ format: 'jwk' })
  return await makeVkey(checkpointOrigin(instance), Uint8Array.from(Buffer.from(x ?? '', 'base64url')))
}

async function instanceOf({ dataDir, databaseUrl, migrations }: Upkeep): Promise<string> {
  const store = await openStore({ dataDir, databaseUrl, migrations, readOnly: true, anySchema: true })
  try {
    return (await store.read((db) => db.selectFrom('platform_instance').select('instance').executeTakeFirst()))?.instance ?? ''
  } finally {
    await store.close()
  }
}
