import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { open, openStateKeys, readPassphrase, seal, type StateKeyOptions } from '../../../src/platform/envelope/index.ts'
import { describeProvider, type Subject } from './compliance.ts'
import { memoryProvider } from './memory-provider.ts'
import { codeOf, context, optionsIn, stateOf } from './support.ts'

const folders: string[] = []
const scratch = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-keys-'))
  folders.push(folder)
  return folder
}
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))))

const passphrase = 'correct horse battery staple'
const behind = (dataDir: string): StateKeyOptions => ({ ...optionsIn(dataDir), protection: 'passphrase', passphrase })

async function subjectOf(options: StateKeyOptions): Promise<Subject> {
  return {
    provider: await openStateKeys(options),
    rotate: async () => await (await openStateKeys(options)).rotate(),
    remove: async (key) => await (await openStateKeys(options)).remove(key),
    again: async () => await openStateKeys(options),
  }
}
const filesIn = async (dataDir: string): Promise<string[]> => (await readdir(join(dataDir, 'keys', 'state'))).toSorted()

describeProvider('the key file', async () => await subjectOf(optionsIn(await scratch())))
describeProvider('the passphrase', async () => await subjectOf(behind(await scratch())))
describeProvider('keys in memory', async () => {
  const provider = memoryProvider()
  return { provider, rotate: async () => provider.rotate(), remove: async (key) => provider.remove(key), again: async () => provider }
})

describe('key files', () => {
  test('nothing is made by looking; the first envelope makes one key, 0600 in a 0700 folder, however many come at once', async () => {
    const dataDir = await scratch()
    const keys = await openStateKeys(optionsIn(dataDir))
    expect(keys.current()).toBe('')
    await expect(readdir(join(dataDir, 'keys'))).rejects.toMatchObject({ code: 'ENOENT' })
    await Promise.all(Array.from({ length: 5 }, () => seal(keys, context, stateOf(100))))
    const [name, ...others] = await filesIn(dataDir)
    expect(others).toEqual([])
    expect(name).toBe(`${keys.current()}.key`)
    expect((await stat(join(dataDir, 'keys', 'state', name ?? ''))).mode & 0o777).toBe(0o600)
    expect((await stat(join(dataDir, 'keys', 'state'))).mode & 0o777).toBe(0o700)
    expect(await keys.list()).toEqual([{ id: keys.current(), protection: 'file', madeAt: expect.any(Number) as number, current: true }])
  })

  test('a new key is the current one, also where the clock went back', async () => {
    const dataDir = await scratch()
    let now = 1_800_000_000_000
    const keys = await openStateKeys({ ...optionsIn(dataDir), clock: { now: () => now } })
    for (const step of [0, -1_000_000, 0, 5]) {
      now += step
      expect(await keys.rotate()).toBe(keys.current())
    }
    expect((await keys.list()).map(({ current }) => current)).toEqual([false, false, false, true])
  })

  test.each([
    ['open to others', async (file: string) => await chmod(file, 0o640)],
    ['damaged', async (file: string) => await writeFile(file, 'short\n')],
    ['empty', async (file: string) => await writeFile(file, '')],
    ['a link', async (file: string) => {
      const text = await readFile(file)
      await rm(file)
      await writeFile(`${file}.moved`, text, { mode: 0o600 })
      await symlink(`${file}.moved`, file)
    }],
  ])('a key that is %s is refused at the start, and by name when it is needed', async (_what, spoil) => {
    const dataDir = await scratch()
    const keys = await openStateKeys(optionsIn(dataDir))
    const sealed = await seal(keys, context, stateOf(100))
    await spoil(join(dataDir, 'keys', 'state', `${keys.current()}.key`))
    await expect(openStateKeys(optionsIn(dataDir))).rejects.toMatchObject({ message: expect.stringContaining(keys.current()) as string })
    const late = await openStateKeys({ ...optionsIn(dataDir), protection: 'passphrase', passphrase })
    expect(await codeOf(open(late, context, sealed))).toBe('envelope_key_unavailable')
  })
})

describe('passphrases', () => {
  test('the file holds salt and parameters, and not the key', async () => {
    const dataDir = await scratch()
    const keys = await openStateKeys(behind(dataDir))
    await keys.rotate()
    const file = JSON.parse(await readFile(join(dataDir, 'keys', 'state', `${keys.current()}.sealed`), 'utf8')) as Record<string, unknown>
    expect(Object.keys(file)).toEqual(['kdf', 'lanes', 'memory', 'passes', 'salt', 'sealed', 'v'])
    expect(file).toMatchObject({ kdf: 'argon2id', lanes: 1, memory: 64, passes: 1, v: 1 })
    expect(JSON.stringify(file)).not.toContain(passphrase)
  })

  test('a wrong one is recognised at the start, and so is a missing one', async () => {
    const dataDir = await scratch()
    const keys = await openStateKeys(behind(dataDir))
    const sealed = await seal(keys, context, stateOf(100))
    expect(await codeOf(openStateKeys({ ...behind(dataDir), passphrase: `${passphrase} ` }))).toBe('state_passphrase_wrong')
    expect(await codeOf(openStateKeys({ ...behind(dataDir), passphrase: null }))).toBe('state_passphrase_missing')
    expect(await codeOf(open(await openStateKeys(behind(dataDir)), context, sealed))).toBe('opened')
  })

  test('a short one is refused when a key is made', async () => {
    expect(await codeOf(seal(await openStateKeys({ ...behind(await scratch()), passphrase: 'eleven char' }), context, stateOf(1)))).toBe('state_passphrase_weak')
  })

  test('with any byte of the file changed no key comes out', async () => {
    const dataDir = await scratch()
    const keys = await openStateKeys(behind(dataDir))
    await keys.rotate()
    const path = join(dataDir, 'keys', 'state', `${keys.current()}.sealed`)
    const text = (await readFile(path, 'utf8')).trimEnd()
    for (let at = 0; at < text.length; at++) {
      await writeFile(path, `${text.slice(0, at)}${text[at] === '1' ? '2' : '1'}${text.slice(at + 1)}\n`)
      expect(await codeOf(openStateKeys(behind(dataDir))), `character ${at}`).toMatch(/^(state_passphrase_wrong|envelope_key_unavailable)$/)
    }
  })

  test('parameters that would keep the start busy for ever are not followed', async () => {
    const dataDir = await scratch()
    const keys = await openStateKeys(behind(dataDir))
    await keys.rotate()
    const path = join(dataDir, 'keys', 'state', `${keys.current()}.sealed`)
    const file = JSON.parse(await readFile(path, 'utf8')) as object
    for (const change of [{ memory: 2 ** 40 }, { passes: 1_000_000 }, { lanes: 0 }, { memory: 1 }]) {
      await writeFile(path, JSON.stringify({ ...file, ...change }))
      expect(await codeOf(openStateKeys(behind(dataDir))), JSON.stringify(change)).toBe('envelope_key_unavailable')
    }
  })

  test('one key\'s file under another\'s name does not open', async () => {
    const dataDir = await scratch()
    const keys = await openStateKeys(behind(dataDir))
    const [one, two] = [await keys.rotate(), await keys.rotate()]
    const folder = join(dataDir, 'keys', 'state')
    await writeFile(join(folder, `${two}.sealed`), await readFile(join(folder, `${one}.sealed`)))
    expect(await codeOf(openStateKeys(behind(dataDir)))).toBe('state_passphrase_wrong')
  })

  test('from a key file to a passphrase and back: both kinds open as long as they are there', async () => {
    const dataDir = await scratch()
    const first = await seal(await openStateKeys(optionsIn(dataDir)), context, stateOf(100))
    const second = await seal(await openStateKeys(behind(dataDir)), context, stateOf(100))
    expect((await filesIn(dataDir)).map((name) => name.split('.')[1])).toEqual(['key', 'sealed'])
    for (const options of [behind(dataDir), { ...optionsIn(dataDir), passphrase }]) for (const sealed of [first, second]) expect(await codeOf(open(await openStateKeys(options), context, sealed))).toBe('opened')
    expect(await codeOf(open(await openStateKeys(optionsIn(dataDir)), context, second))).toBe('state_passphrase_missing')
  })

  test('it comes from the environment, else from a file that only its owner can read', async () => {
    const file = join(await scratch(), 'passphrase')
    await writeFile(file, `${passphrase}\n`, { mode: 0o600 })
    expect(await readPassphrase({}, file)).toBe(passphrase)
    expect(await readPassphrase({ COUNTERSIGN_STATE_PASSPHRASE: 'another' }, file)).toBe('another')
    expect(await readPassphrase({}, '')).toBeNull()
    await chmod(file, 0o644)
    await expect(readPassphrase({}, file)).rejects.toMatchObject({ code: 'key_unsafe' })
  })
})
