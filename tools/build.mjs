// Builds what is out of date: the libraries with tsc, then the programs and the console. Plain JavaScript, so that it runs before anything is built.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const node = (...args) => spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 2, 2] }).status ?? 1
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')

if (!existsSync(tsc)) {
  process.stderr.write('The dependencies are not installed: run npm ci first.\n')
  process.exit(1)
}
const started = Date.now()
process.exitCode = node(tsc, '-b', 'packages/proof', 'packages/hcl', 'packages/rego') || node('packages/hcl/build.mjs') || node('packages/rego/build.mjs') || node('packages/countersign/build.mjs')
if (Date.now() - started > 3000) process.stderr.write(`Built in ${((Date.now() - started) / 1000).toFixed(1)} s.\n`)
