// Joins the sources into a few files, so that importing the package does not open a hundred and fifty of them. Types come from tsc.
import { readdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const here = dirname(fileURLToPath(import.meta.url))
const out = join(here, 'dist', 'lib')
const entries = { index: 'src/index.ts', bundle: 'src/bundle/index.ts', 'test-runner': 'src/test-runner/index.ts', check: 'src/check/index.ts', adapter: 'src/adapter/index.ts', worker: 'src/worker/index.ts', thread: 'src/worker/thread.ts', command: 'src/command/main.ts' }

const made = statSync(join(out, 'command.js'), { throwIfNoEntry: false })?.mtimeMs ?? 0
const newest = readdirSync(join(here, 'src'), { recursive: true }).reduce((time, name) => Math.max(time, statSync(join(here, 'src', name)).mtimeMs), statSync(fileURLToPath(import.meta.url)).mtimeMs)
if (newest >= made) {
  rmSync(out, { recursive: true, force: true })
  await build({
    absWorkingDir: here, entryPoints: entries, outdir: out, bundle: true, splitting: true, format: 'esm', platform: 'neutral', target: 'es2023',
    packages: 'external', external: ['node:*', '#library'], sourcemap: true, sourcesContent: false, legalComments: 'none', minifyWhitespace: true, minifySyntax: true, logLevel: 'warning',
  })
}
