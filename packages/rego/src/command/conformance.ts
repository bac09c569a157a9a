/** `rego conformance`. */
import { existsSync } from 'node:fs'
import { runFolder } from '../conformance/folder.ts'
import type { Io } from './main.ts'
import { prettyJson } from './render.ts'
import { type Parsed, UsageError } from './table.ts'

export function conformanceCommand(options: Parsed, io: Io): number {
  const [folder, ...others] = options.operands
  if (folder === undefined || others.length > 0) throw new UsageError('one folder is expected')
  if (!existsSync(folder)) throw new UsageError(`${folder}: there is no such folder`)
  const groups = runFolder(folder)
  const count = (passed: boolean): number => groups.reduce((sum, group) => sum + group.outcomes.filter((one) => one.passed === passed).length, 0)
  const [passed, failed] = [count(true), count(false)]
  if (options.has('json')) {
    io.out(`${prettyJson({ groups: groups.map(({ name, outcomes }) => ({
      name, passed: outcomes.filter((one) => one.passed).length, failed: outcomes.filter((one) => !one.passed).length,
      cases: outcomes.map(({ file, note, passed: good, why }) => ({ file, note, passed: good, ...(good ? {} : { why }) })),
    })), passed, failed })}\n`)
  } else {
    for (const { name, outcomes } of groups) {
      const bad = outcomes.filter((one) => !one.passed)
      io.out(`${name}: ${outcomes.length - bad.length} passed, ${bad.length} failed\n`)
      if (options.has('verbose')) for (const { note, why } of bad) io.out(`  ${note}\n    ${why.replaceAll('\n', '\n    ')}\n`)
    }
    io.out(`${passed} passed, ${failed} failed\n`)
  }
  return failed === 0 ? 0 : 2
}
