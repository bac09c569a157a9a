// Builds what is out of date: the programs with esbuild, then the console with vite. Plain JavaScript, because it runs before
// anything is built. A part is out of date when one of the files that it was made of has another size or time than it had then.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { noticesOf } from './notices.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const root = resolve(here, '../..')
const dist = join(here, 'dist')
const programs = { cli: 'src/cli/main.ts', server: 'src/server/main.ts', demonstration: 'src/demonstration/main.ts', 'state-thread': 'src/tfstate/apart/thread.ts', 'plan-thread': 'src/doors/runs/apart/thread.ts' }
const consoleConfig = join(here, 'src/console/vite.config.ts')

const stamp = (file) => {
  const stats = statSync(file, { throwIfNoEntry: false })
  return stats ? `${stats.size} ${stats.mtimeMs}` : ''
}

/** Every file of some folders and files, relative to the root. */
function filesOf(paths) {
  const found = []
  for (const path of paths) {
    const stats = statSync(path, { throwIfNoEntry: false })
    if (stats?.isFile()) found.push(relative(root, path))
    if (stats?.isDirectory()) found.push(...filesOf(readdirSync(path).filter((name) => name !== 'node_modules').map((name) => join(path, name))))
  }
  return found
}

function isUpToDate(name, outputs) {
  const record = join(dist, `.${name}.json`)
  if (!existsSync(record) || !outputs.every((output) => existsSync(join(dist, output)))) return false
  try {
    return Object.entries(JSON.parse(readFileSync(record, 'utf8'))).every(([file, was]) => stamp(join(root, file)) === was)
  } catch {
    return false
  }
}

/** A file that was changed while it was built counts as changed. */
function record(name, files, started) {
  const stampThen = (file) => ((statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) > started ? 'changed meanwhile' : stamp(file))
  place(join(dist, `.${name}.json`), Buffer.from(JSON.stringify(Object.fromEntries(files.map((file) => [file, stampThen(join(root, file))])))))
}

/** Whole or not at all: others may be starting the program right now. */
function place(path, contents) {
  if (existsSync(path) && readFileSync(path).equals(contents)) return
  mkdirSync(dirname(path), { recursive: true })
  const unfinished = `${path}.${process.pid}`
  writeFileSync(unfinished, contents)
  renameSync(unfinished, path)
}

const TEN_MINUTES = 600_000

/** A program that runs loads its chunks when it needs them: young ones stay until a later build. */
function forgetOldChunks(current) {
  const chunks = join(dist, 'chunks')
  for (const path of readdirSync(chunks).map((name) => join(chunks, name))) {
    // Another build may have taken it away already.
    if (!current.has(path) && Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > TEN_MINUTES) rmSync(path, { force: true })
  }
}

async function buildPrograms() {
  const entries = Object.fromEntries(Object.entries(programs).filter(([, file]) => existsSync(join(here, file))))
  // Which entries there are decides too: a new program makes the old build out of date.
  if (isUpToDate('programs', [...Object.keys(entries).map((name) => `${name}.mjs`), 'licenses/programs.txt'])) return
  const started = Date.now()
  const { build } = await import('esbuild')
  const { metafile, outputFiles } = await build({
    absWorkingDir: here,
    entryPoints: Object.entries(entries).map(([out, file]) => ({ out, in: file })),
    outdir: 'dist',
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    conditions: ['source'],
    // They have binaries of their own beside their code; the AWS SDK and OpenTelemetry are installed apart, by those who use them.
    external: ['@aws-sdk/client-s3', '@napi-rs/keyring', '@node-rs/argon2', '@photostructure/sqlite', '@opentelemetry/exporter-trace-otlp-http', '@opentelemetry/resources', '@opentelemetry/sdk-trace-node'],
    banner: { js: 'import { createRequire as __createRequire } from \'node:module\'; const require = __createRequire(import.meta.url);' },
    metafile: true,
    write: false,
    legalComments: 'none',
    logLevel: 'warning',
  })
  // Chunks first, programs last: whoever starts in between finds everything that what they start refers to.
  for (const file of outputFiles.toSorted((a, b) => Number(b.path.includes('chunks')) - Number(a.path.includes('chunks')))) place(file.path, file.contents)
  forgetOldChunks(new Set(outputFiles.map((file) => file.path)))
  place(join(dist, 'licenses', 'programs.txt'), Buffer.from(noticesOf(Object.keys(metafile.inputs).map((file) => resolve(here, file)))))
  record('programs', [...Object.keys(metafile.inputs).filter((file) => !file.includes(':')).map((file) => relative(root, resolve(here, file))), relative(root, fileURLToPath(import.meta.url)), 'package-lock.json'], started)
}

async function buildConsole() {
  if (!existsSync(consoleConfig)) return
  const inputs = ['src/console', 'src/plan'].map((path) => join(here, path)).concat(join(root, 'packages/proof/src'), join(root, 'package-lock.json'))
  if (isUpToDate('console', ['console/index.html', 'licenses/console.txt'])) {
    const before = new Set(Object.keys(JSON.parse(readFileSync(join(dist, '.console.json'), 'utf8'))))
    if (filesOf(inputs).every((file) => before.has(file))) return
  }
  const started = Date.now()
  // Whoever builds, from a test too: otherwise the pages hold the paths of their sources.
  process.env.NODE_ENV = 'production'
  const { build } = await import('vite')
  const [unfinished, old, ready] = [`.console-${process.pid}`, `.console-old-${process.pid}`, 'console'].map((name) => join(dist, name))
  const built = await build({ configFile: consoleConfig, root: dirname(consoleConfig), logLevel: 'warn', build: { outDir: unfinished, emptyOutDir: true } })
  if (existsSync(ready)) renameSync(ready, old)
  renameSync(unfinished, ready)
  rmSync(old, { recursive: true, force: true })
  place(join(dist, 'licenses', 'console.txt'), Buffer.from(noticesOf([built].flat().flatMap(({ output }) => output.flatMap((one) => Object.keys(one.modules ?? {}))))))
  record('console', filesOf(inputs), started)
}

await buildPrograms()
await buildConsole()
