/** The keyring as files in `<data>/keys`. See keyring.ts for what is guaranteed. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { constants } from 'node:fs'
import { link, lstat, mkdir, open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { syncFolder } from './folder.ts'
import { newKeySet, parseKeySet } from './key-set.ts'
import { KeyError, type Keyring, type SecretName, type Signer } from './keyring.ts'
import type { Random } from './random.ts'

const SECRET_BYTES = 32
const anew = 'Delete it: a new one is made, and sessions that stand on it end.'
const whenDamaged: Record<SecretName, string> = {
  cookie: anew, setup: anew,
  sealing: 'Restore it from the backup that belongs to this database: without it no authenticator app, password or recovery code works, and no state is served.',
}
const UNFINISHED = '.unfinished-'

export async function openKeyFiles(folder: string, random: Random): Promise<Keyring> {
  await makePrivateFolder(folder)
  for (const name of await readdir(folder)) if (name.startsWith(UNFINISHED)) await rm(join(folder, name), { force: true })

  const signer = async (name: 'ledger'): Promise<Signer | null> => {
    const pem = await loadPrivate(folder, `${name}.pem`)
    return pem === null ? null : asSigner(join(folder, `${name}.pem`), pem)
  }
  /** Two first calls at once agree: the one whose link came second reads what the first wrote. */
  const loadOrMake = async (name: string, make: () => string): Promise<string> => {
    const found = await loadPrivate(folder, name)
    if (found !== null) return found
    await savePrivate(folder, name, make(), random)
    return (await loadPrivate(folder, name)) ?? ''
  }
  return {
    signer,
    createSigner: async (name) => {
      const { privateKey } = generateKeyPairSync('ed25519')
      const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
      if (!(await savePrivate(folder, `${name}.pem`, pem, random))) throw new KeyError('key_exists', `The key ${join(folder, `${name}.pem`)} exists already and is never replaced.`)
      return asSigner(join(folder, `${name}.pem`), pem)
    },
    secret: async (name: SecretName) => {
      const file = `${name}.secret`
      const text = await loadOrMake(file, () => `${Buffer.from(random.bytes(SECRET_BYTES)).toString('base64url')}\n`)
      const bytes = Buffer.from(text.trim(), 'base64url')
      if (bytes.length !== SECRET_BYTES) throw damaged(join(folder, file), whenDamaged[name])
      return Uint8Array.from(bytes)
    },
    keySet: async (name) => {
      const file = `${name}.json`
      const keys = parseKeySet(await loadOrMake(file, () => `${JSON.stringify(newKeySet(), null, 2)}\n`))
      if (keys === null) throw damaged(join(folder, file), 'Delete it: a new one is made, and terminals sign in again.')
      return keys
    },
  }
}

export async function makePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const stats = await lstat(folder)
  if (!stats.isDirectory()) throw unsafe(folder, 'is a link or not a folder')
  checkPrivate(folder, stats, 'chmod 700')
}

function asSigner(path: string, pem: string): Signer {
  let key: KeyObject
  try {
    key = createPrivateKey(pem)
  } catch (cause) {
    throw damaged(path, 'Restore it from the backup that belongs to this database.', cause)
  }
  const x = createPublicKey(key).export({ format: 'jwk' }).x
  if (key.asymmetricKeyType !== 'ed25519' || x === undefined) throw damaged(path, 'It must be an Ed25519 key; restore the one that belongs to this database.')
  return {
    algorithm: 'Ed25519',
    publicKey: Uint8Array.from(Buffer.from(x, 'base64url')),
    sign: async (message) => Uint8Array.from(sign(null, message, key)),
  }
}

/** null: there is none. Throws KeyError where other users could read it. */
export async function loadPrivate(folder: string, name: string): Promise<string | null> {
  const path = join(folder, name)
  let file
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : ''
    if (code === 'ENOENT') return null
    if (code === 'ELOOP') throw unsafe(path, 'is a link', 'Put the key itself there.')
    throw new KeyError('key_unavailable', `The key ${path} cannot be read (${String(code)}). Check the disk and the owner of the file.`, { cause: error })
  }
  try {
    // Asked of the open file, not of the name: what is checked is what is read.
    const stats = await file.stat()
    if (!stats.isFile()) throw unsafe(path, 'is not a file')
    checkPrivate(path, stats, 'chmod 600')
    return await file.readFile('utf8')
  } finally {
    await file.close()
  }
}

/** False when the name is taken. The name appears only when the bytes are on disk: a crash leaves the whole key or none. */
export async function savePrivate(folder: string, name: string, text: string, random: Random): Promise<boolean> {
  const unfinished = join(folder, `${UNFINISHED}${Buffer.from(random.bytes(8)).toString('hex')}`)
  try {
    const file = await open(unfinished, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW, 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await link(unfinished, join(folder, name))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw new KeyError('key_unavailable', `The key ${join(folder, name)} cannot be written. Check the disk and the owner of the folder.`, { cause: error })
  } finally {
    await rm(unfinished, { force: true })
  }
  await syncFolder(folder)
  return true
}

function checkPrivate(path: string, stats: { mode: number; uid: number }, command: string): void {
  if (process.platform === 'win32') return
  if (stats.uid !== process.getuid?.()) throw unsafe(path, 'belongs to another user', 'Start as its owner.')
  if ((stats.mode & 0o077) !== 0) {
    throw unsafe(path, `is open to other users (mode ${(stats.mode & 0o777).toString(8).padStart(4, '0')})`, `Whoever could read it may have: if that matters, replace the key. Then close it with: ${command} ${path}`)
  }
}

const unsafe = (path: string, what: string, next = ''): KeyError => new KeyError('key_unsafe', `${path} ${what}. ${next}`.trim())
const damaged = (path: string, next: string, cause?: unknown): KeyError => new KeyError('key_damaged', `${path} does not hold the key it should. ${next}`, cause === undefined ? undefined : { cause })
