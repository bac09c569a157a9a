/**
 * What is published, installed as a stranger would: packed, unpacked in an empty folder, started. No network: what the packages need
 * beside themselves is packed from what is installed here.
 */
import { execFileSync, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { beforeAll, afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { version } from '../packages/countersign/src/server/version.ts'

const root = resolve(import.meta.dirname, '..')
const published = ['proof', 'hcl', 'rego', 'countersign'] as const
type Manifest = { name: string; version: string; license: string; private?: boolean; bin?: Record<string, string>; exports?: unknown; scripts?: Record<string, string>; dependencies?: Record<string, string>; optionalDependencies?: Record<string, string> }
type Lock = { packages: Record<string, { dependencies?: Record<string, string>; optionalDependencies?: Record<string, string> }> }

let work = ''
let empty = ''
const tarballs = new Map<string, string>()

const manifestIn = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
const environment = (home: string): NodeJS.ProcessEnv => ({ PATH: process.env['PATH'], HOME: home, npm_config_cache: join(home, '.npm'), npm_config_update_notifier: 'false' })

function npm(args: readonly string[], cwd: string): string {
  return execFileSync('npm', args, { cwd, encoding: 'utf8', env: environment(work), stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 64 << 20 })
}

function pack(folders: readonly string[]): string[] {
  const made = JSON.parse(npm(['pack', '--json', '--ignore-scripts', '--pack-destination', join(work, 'packed'), ...folders.map((folder) => resolve(root, folder))], root)) as { filename: string }[]
  return made.map(({ filename }) => join(work, 'packed', filename))
}

/** What `prepack` does, on a copy: programs that run from the build beside this test keep the chunks that they began with. */
function readied(): string {
  const copy = join(work, 'countersign')
  const from = join(root, 'packages', 'countersign')
  mkdirSync(copy)
  for (const name of ['package.json', 'bin', 'dist', 'LICENSE', 'README.md']) cpSync(join(from, name), join(copy, name), { recursive: true })
  execFileSync(process.execPath, [join(from, 'prune.mjs'), copy])
  return copy
}

/** Packages that the published ones need and that are installed here; of those for other platforms none is. */
function needed(): string[] {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock
  const found = new Set<string>()
  const need = ({ dependencies = {}, optionalDependencies = {} }: Pick<Manifest, 'dependencies' | 'optionalDependencies'>): void => {
    for (const name of [...Object.keys(dependencies), ...Object.keys(optionalDependencies)]) {
      if (found.has(name) || !existsSync(join(root, 'node_modules', name, 'package.json'))) continue
      found.add(name)
      need(lock.packages[`node_modules/${name}`] ?? {})
    }
  }
  for (const name of published) need(manifestIn(join(root, 'packages', name)))
  return [...found]
}

/** An empty folder, and all four packages installed in it. */
function install(): string {
  const folder = join(work, 'empty')
  mkdirSync(folder)
  const names = needed()
  const packed = pack(names.map((name) => join('node_modules', name)))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'stranger', private: true, overrides: Object.fromEntries(names.map((name, at) => [name, `file:${packed[at] ?? ''}`])) }))
  npm(['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', ...tarballs.values()], folder)
  return folder
}

function filesIn(folder: string, below = ''): string[] {
  return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? filesIn(folder, join(below, entry.name)) : [join(below, entry.name)]))
}

beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'countersign-published-'))
  mkdirSync(join(work, 'packed'))
  const folders = ['packages/proof', 'packages/hcl', 'packages/rego', readied()]
  pack(folders).forEach((file, at) => tarballs.set(published[at] ?? '', file))
  empty = install()
  // Two minutes are enough on a quiet machine many times over.
}, 300_000)
afterAll(() => rmSync(work, { recursive: true, force: true }))

describe('what is in the packages', () => {
  it.each(published)('%s: what it says it has, its licence, and nothing of the workshop', (name) => {
    const folder = mkdtempSync(join(work, 'unpacked-'))
    execFileSync('tar', ['xzf', tarballs.get(name) ?? '', '-C', folder, '--strip-components=1'])
    const manifest = manifestIn(folder)
    const files = filesIn(folder)
    expect(manifest).toMatchObject({ license: 'Apache-2.0', version })
    expect(manifest.private).toBeUndefined()
    expect(['LICENSE', 'README.md', 'package.json'].filter((file) => !files.includes(file))).toEqual([])
    const promised = [...Object.values(manifest.bin ?? {}), ...JSON.stringify(manifest.exports ?? {}).matchAll(/"(\.\/[^"]+\.(?:js|mjs|ts))"/g)].map((one) => (typeof one === 'string' ? one : (one[1] ?? '')))
    expect(promised.filter((file) => !existsSync(join(folder, file)))).toEqual([])
    expect(files.filter((file) => /(^|\/)(test|bench|node_modules)\/|\.test\.|\.tsbuildinfo$|(^|\/)\.(?!npmignore)/.test(file))).toEqual([])
    // Paths of the machine that it was built on, in maps and elsewhere.
    const told = files.filter((file) => statSync(join(folder, file)).size < 20_000_000 && readFileSync(join(folder, file)).includes(root))
    expect(told).toEqual([])
    expect(files.filter((file) => file.endsWith('.map')).filter((file) => /"sourcesContent":\["[^"]*(?:\/home\/|\/root\/)/.test(readFileSync(join(folder, file), 'utf8')))).toEqual([])
  })

  it('the product: programs and pages whole, no chunk of an earlier build, and the licences of what is bundled', () => {
    const folder = mkdtempSync(join(work, 'unpacked-'))
    execFileSync('tar', ['xzf', tarballs.get('countersign') ?? '', '-C', folder, '--strip-components=1'])
    const files = filesIn(join(folder, 'dist'))
    expect(['cli.mjs', 'server.mjs', 'demonstration.mjs', 'console/index.html', 'licenses/programs.txt', 'licenses/console.txt'].filter((file) => !files.includes(file))).toEqual([])
    const texts = files.filter((file) => file.endsWith('.mjs')).map((file) => readFileSync(join(folder, 'dist', file), 'utf8')).join('\n')
    expect(files.filter((file) => file.startsWith('chunks/')).filter((file) => !texts.includes(file.slice('chunks/'.length)))).toEqual([])
    const said = readFileSync(join(folder, 'dist/licenses/programs.txt'), 'utf8')
    for (const bundled of ['fastify ', 'kysely ', 'zod ', 'pino ', 'oidc-provider ', 'prom-client ']) expect(said).toContain(`\n${bundled}`)
  })

  it('the product asks for nothing to be installed that is in its bundle', () => {
    const manifest = manifestIn(join(root, 'packages/countersign'))
    const bundled = readFileSync(join(root, 'packages/countersign/dist/licenses/programs.txt'), 'utf8')
    expect(Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }).filter((name) => bundled.includes(`\n${name} `))).toEqual([])
    expect(manifest.scripts).toEqual({ prepack: 'node build.mjs && node prune.mjs' })
  })
})

async function freePort(): Promise<number> {
  return await new Promise((done) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => done(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

describe('in an empty folder', () => {
  it('npx countersign up serves, says that it is well, shows its page, and stops when asked', async () => {
    const folder = empty
    const port = await freePort()
    const data = join(folder, 'data')
    const child = spawn('npx', ['--offline', 'countersign', 'up', '--data', data, '--addr', `127.0.0.1:${port}`], { cwd: folder, env: { ...environment(work), OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' }, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const gone = new Promise<number | null>((done) => child.once('exit', (code) => done(code)))
    onTestFinished(() => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      } catch {
        // It has ended, as it should.
      }
    })
    const get = async (path: string): Promise<string> => {
      const answer = await fetch(`http://localhost:${port}${path}`).catch(() => null)
      return answer === null ? said : `${answer.status} ${await answer.text()}`
    }
    await expect.poll(() => get('/healthz'), { timeout: 30_000, interval: 100 }).toBe('200 {"status":"alive"}\n')
    expect(await get('/readyz')).toMatch(/^200 /)
    expect(await get('/api/v1/status')).toContain(`"version":"${version}"`)
    const page = await get('/')
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(page)?.[1] ?? 'none'
    expect(await get(script)).toMatch(/^200 /)
    expect(said).toContain('/setup#')
    // Asked for, and not installed here: that is said, and nothing else happens.
    expect(said).toContain('no spans are sent')
    // As a terminal does it: to everything that was started in it.
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT')
    expect([0, 130, null]).toContain(await gone)
    await expect.poll(() => get('/healthz'), { timeout: 15_000 }).toContain('Stopping')
    expect(said).not.toMatch(/request failed|TypeError|SyntaxError/)
  })

  it('the libraries load, and their commands run', () => {
    for (const command of ['hcl', 'rego']) expect(execFileSync('npx', ['--offline', command, '--help'], { cwd: empty, env: environment(work), encoding: 'utf8' })).toContain(command)
    const loads = ['hcl', 'proof', 'proof/produce', 'rego', 'rego/bundle', 'rego/check'].map((one) => `await import('@countersign/${one}')`).join(';')
    expect(execFileSync(process.execPath, ['--input-type=module', '-e', `${loads};console.log('loaded')`], { cwd: empty, encoding: 'utf8' })).toBe('loaded\n')
  })
})
