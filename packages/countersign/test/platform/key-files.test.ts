import { createPublicKey, verify } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openKeyFiles } from '../../src/platform/key-files.ts'
import { KeyError, type Keyring } from '../../src/platform/keyring.ts'
import { systemRandom } from '../../src/platform/random.ts'

let base: string
let folder: string
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'countersign-keys-'))
  folder = join(base, 'keys')
})
afterEach(() => rmSync(base, { recursive: true, force: true }))

const open = (): Promise<Keyring> => openKeyFiles(folder, systemRandom)
const codeOf = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'resolved', (error: unknown) => (error instanceof KeyError ? error.code : String(error)))

test('a signer is absent until it is made, is made once, and stays the same over openings', async () => {
  const keyring = await open()
  expect(await keyring.signer('ledger')).toBeNull()
  const made = await keyring.createSigner('ledger')
  expect(await codeOf(keyring.createSigner('ledger'))).toBe('key_exists')
  const again = await (await open()).signer('ledger')
  expect(again?.publicKey).toEqual(made.publicKey)
  const message = new TextEncoder().encode('a checkpoint')
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(made.publicKey).toString('base64url') }, format: 'jwk' })
  expect(verify(null, message, key, await again!.sign(message))).toBe(true)
})

test('of two processes that make the signer at once, one makes it and the other is told', async () => {
  const results = await Promise.all((await Promise.all([open(), open()])).map((keyring) => codeOf(keyring.createSigner('ledger'))))
  expect(results.toSorted()).toEqual(['key_exists', 'resolved'])
})

test('secrets are 32 bytes, made at the first call, the same ever after, also when two ask at once', async () => {
  const [one, two] = await Promise.all([open(), open()])
  const [first, second] = await Promise.all([one.secret('cookie'), two.secret('cookie')])
  expect(first).toHaveLength(32)
  expect(second).toEqual(first)
  expect(await (await open()).secret('cookie')).toEqual(first)
  expect(await one.secret('setup')).not.toEqual(first)
})

test('the key set is one ES256 key, named by its thumbprint, the same ever after', async () => {
  const set = await (await open()).keySet('oidc-jwks')
  expect(set.keys).toHaveLength(1)
  expect(set.keys[0]).toMatchObject({ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig', kid: expect.stringMatching(/^[\w-]{43}$/) })
  expect(await (await open()).keySet('oidc-jwks')).toEqual(set)
})

test('the folder is 0700, every file 0600, also under a generous umask, and nothing unfinished is left', async () => {
  const umask = process.umask(0)
  try {
    const keyring = await open()
    await keyring.createSigner('ledger')
    await keyring.secret('cookie')
    await keyring.keySet('oidc-jwks')
  } finally {
    process.umask(umask)
  }
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  expect(readdirSync(folder).toSorted()).toEqual(['cookie.secret', 'ledger.pem', 'oidc-jwks.json'])
  for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
})

test.each([['ledger.pem', 0o640], ['ledger.pem', 0o604], ['cookie.secret', 0o660], ['oidc-jwks.json', 0o644]])('%s is refused when its mode is %o', async (name, mode) => {
  const keyring = await open()
  await keyring.createSigner('ledger')
  await keyring.secret('cookie')
  await keyring.keySet('oidc-jwks')
  chmodSync(join(folder, name), mode)
  const use = { 'ledger.pem': () => keyring.signer('ledger'), 'cookie.secret': () => keyring.secret('cookie'), 'oidc-jwks.json': () => keyring.keySet('oidc-jwks') }[name]
  expect(await codeOf(use!())).toBe('key_unsafe')
})

test('a folder open to others is refused, and so is one that is a link', async () => {
  mkdirSync(folder)
  chmodSync(folder, 0o750)
  expect(await codeOf(open())).toBe('key_unsafe')
  rmSync(folder, { recursive: true })
  mkdirSync(join(base, 'elsewhere'), { mode: 0o700 })
  symlinkSync(join(base, 'elsewhere'), folder)
  expect(await codeOf(open())).toBe('key_unsafe')
})

test('a key that is a link is refused, even to a good key', async () => {
  const keyring = await open()
  await keyring.createSigner('ledger')
  renameSync(join(folder, 'ledger.pem'), join(base, 'moved.pem'))
  symlinkSync(join(base, 'moved.pem'), join(folder, 'ledger.pem'))
  expect(await codeOf(keyring.signer('ledger'))).toBe('key_unsafe')
})

test('a key that is cut short, of another kind or empty is refused with what to do', async () => {
  const keyring = await open()
  await keyring.createSigner('ledger')
  await keyring.secret('cookie')
  await keyring.keySet('oidc-jwks')
  for (const name of readdirSync(folder)) truncateSync(join(folder, name), 20)
  expect(await Promise.all([codeOf(keyring.signer('ledger')), codeOf(keyring.secret('cookie')), codeOf(keyring.keySet('oidc-jwks'))])).toEqual(['key_damaged', 'key_damaged', 'key_damaged'])
  await expect(keyring.signer('ledger')).rejects.toThrow(/backup/)
})

test('what a killed process left unfinished is cleared and never taken for a key', async () => {
  await open()
  writeFileSync(join(folder, '.unfinished-00'), 'half a key')
  const keyring = await open()
  expect(readdirSync(folder)).toEqual([])
  expect(await keyring.signer('ledger')).toBeNull()
})
