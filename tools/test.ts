/**
 * `npm test`: builds what is out of date, runs every test and closes with the one line that says how it went.
 * `--long` runs the long forms. Anything else is handed on to vitest (a file, `-t name`).
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const given = process.argv.slice(2)
const long = given.includes('--long')
const rest = given.filter((argument) => argument !== '--long')

type Report = { numPassedTests: number; numFailedTests: number; numPendingTests: number; numTodoTests: number; numFailedTestSuites: number; success: boolean }

function run(command: string, args: string[], env: NodeJS.ProcessEnv = process.env): number {
  return spawnSync(command, args, { cwd: root, stdio: 'inherit', env }).status ?? 1
}

function main(): number {
  if (run(process.execPath, ['tools/build.mjs']) !== 0) return 1
  const folder = mkdtempSync(join(tmpdir(), 'countersign-test-'))
  const file = join(folder, 'report.json')
  try {
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
    const code = run(process.execPath, [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...rest], { ...process.env, ...(long ? { COUNTERSIGN_TEST_LONG: '1' } : {}) })
    const report = JSON.parse(readFileSync(file, 'utf8')) as Report
    // A file that fails to load counts no test of its own: it must not look like a pass.
    const failed = report.numFailedTests + (code !== 0 && report.numFailedTests === 0 ? 1 : 0)
    const skipped = report.numPendingTests + report.numTodoTests
    process.stdout.write(`\n${report.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`)
    return code !== 0 || report.numPassedTests === 0 ? 1 : 0
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

process.exitCode = main()
