/** Where the key of a terminal is kept: the keychain of the system through a backend of the test, and what happens when it fails. */
import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createTerminalKey, openKey, protectionWords, sealKey } from '../../src/cli/client/terminal-key.ts'
import { findKeychain, type Keychain } from '../../src/cli/config/keychain.ts'
import { CliError } from '../../src/cli/exit.ts'

function memoryKeychain(faults: { set?: boolean; forgets?: boolean } = {}): Keychain & { kept: Map<string, string> } {
  const kept = new Map<string, string>()
  return {
    kept,
    get: async (account) => kept.get(account),
    async set(account, secret) {
      if (faults.set) throw new Error('locked')
      if (!faults.forgets) kept.set(account, secret)
    },
    remove: async (account) => void kept.delete(account),
  }
}

const account = 'https://countersign.example.com'
const never = async (): Promise<string> => {
  throw new Error('nobody is to be asked')
}
const codeOf = async (work: Promise<unknown>): Promise<string> => await work.then(() => 'opened', (error: unknown) => (error instanceof CliError ? error.code : String(error)))

describe('the keychain of the system', () => {
  it('holds the key, and the profile only its thumbprint', async () => {
    const keychain = memoryKeychain()
    const key = await createTerminalKey()
    const stored = await sealKey(key, { keychain: { keychain, account } })
    expect(stored).toEqual({ kind: 'keychain', account, thumbprint: key.thumbprint })
    expect(JSON.stringify(stored)).not.toContain(key.privateJwk.d)
    expect(await openKey(stored, never, async () => keychain)).toEqual(key)
    expect(protectionWords[stored.kind]).toContain('keychain')
  })

  it('that refuses the key leaves it in the file, recorded as exportable', async () => {
    const key = await createTerminalKey()
    const stored = await sealKey(key, { keychain: { keychain: memoryKeychain({ set: true }), account } })
    expect(stored.kind).toBe('exportable')
    expect(await openKey(stored, never, async () => undefined)).toEqual(key)
    expect(protectionWords.exportable).toContain('exportable')
  })

  it('comes after a passphrase: what is sealed with one is nowhere else', async () => {
    const keychain = memoryKeychain()
    const stored = await sealKey(await createTerminalKey(), { passphrase: 'correct horse', keychain: { keychain, account } })
    expect([stored.kind, keychain.kept.size]).toEqual(['passphrase', 0])
  })

  it('that is gone, locked, empty, or holds another key opens nothing', async () => {
    const keychain = memoryKeychain()
    const stored = await sealKey(await createTerminalKey(), { keychain: { keychain, account } })
    expect(await codeOf(openKey(stored, never, async () => undefined))).toBe('key_missing')
    keychain.kept.set(account, JSON.stringify((await createTerminalKey()).privateJwk))
    expect(await codeOf(openKey(stored, never, async () => keychain))).toBe('key_missing')
    keychain.kept.set(account, 'rubbish')
    expect(await codeOf(openKey(stored, never, async () => keychain))).toBe('key_missing')
    keychain.kept.clear()
    expect(await codeOf(openKey(stored, never, async () => keychain))).toBe('key_missing')
  })

  it('is used only when it keeps what it is given, and its probe is taken away', async () => {
    const keychain = memoryKeychain()
    expect(await findKeychain(async () => keychain)).toBe(keychain)
    expect(keychain.kept.size).toBe(0)
    expect(await findKeychain(async () => memoryKeychain({ forgets: true }))).toBeUndefined()
    expect(await findKeychain(async () => memoryKeychain({ set: true }))).toBeUndefined()
    expect(await findKeychain(async () => await Promise.reject(new Error(`no module ${randomBytes(4).toString('hex')}`)))).toBeUndefined()
  })
})
