/** `rego conformance DIR [--json]`: runs conformance cases, a line for each group, and closes with `N passed, N failed`. */
import { existsSync, statSync } from 'node:fs'
import { type Group, runFolder } from '../conformance/folder.ts'

export type Output = { readonly out: (text: string) => void; readonly err: (text: string) => void }

/** The exit code: 0 where every case passes, 1 where some do not, 2 where the command is misused. */
export function conformance(args: readonly string[], to: Output): number {
  const json = args.includes('--json')
  const [folder, ...more] = args.filter((arg) => arg !== '--json')
  if (folder === undefined || more.length > 0 || folder.startsWith('-')) {
    to.err('usage: rego conformance DIR [--json]\n')
    return 2
  }
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    to.err(`rego conformance: ${folder} is no folder\n`)
    return 2
  }
  const groups = runFolder(folder)
  const passed = count(groups, true)
  const failed = count(groups, false)
  if (json) to.out(`${JSON.stringify({ passed, failed, groups: groups.map(summary) })}\n`)
  else {
    for (const group of groups) to.out(`${group.name}: ${count([group], true)} passed, ${count([group], false)} failed\n${failures(group)}`)
    to.out(`${passed} passed, ${failed} failed\n`)
  }
  return failed === 0 ? 0 : 1
}

const count = (groups: readonly Group[], passed: boolean): number => groups.reduce((sum, group) => sum + group.outcomes.filter((one) => one.passed === passed).length, 0)

const failures = (group: Group): string =>
  group.outcomes.filter((one) => !one.passed).map((one) => `  ${one.file} ${one.note}: ${one.why.replaceAll('\n', '; ')}\n`).join('')

const summary = (group: Group): unknown => ({
  name: group.name,
  passed: count([group], true),
  failed: group.outcomes.filter((one) => !one.passed).map(({ file, note, why }) => ({ file, note, why })),
})
