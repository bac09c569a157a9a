/** `npm run check`: types, lint, import directions, unused code, documents. Everything is run; the first failure does not hide the next. */
import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const bin = (name: string): string => resolve(root, 'node_modules', '.bin', name)

const checks: [string, string, string[]][] = [
  ['types of what is published', bin('tsc'), ['-b', 'packages/proof']],
  ['types of the console', bin('tsc'), ['-p', 'packages/countersign/src/console', '--noEmit']],
  ['types of everything', bin('tsc'), ['-p', '.']],
  ['lint', bin('oxlint'), ['--type-aware', '--deny-warnings']],
  ['import directions, documents', process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--reporter=dot', 'boundaries', 'documents']],
  ['unused code', bin('knip'), []],
]

let failed = 0
for (const [what, command, args] of checks) {
  const started = performance.now()
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 64 << 20 })
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  process.stdout.write(`${status === 0 ? 'ok  ' : 'FAIL'}  ${what}  ${seconds} s\n`)
  if (status === 0) continue
  failed++
  process.stdout.write(`${stdout}${stderr}\n`)
}
process.exitCode = failed === 0 ? 0 : 1
