/** `countersign state versions` and `state diff`: what a state was, and what became different. */
import type { Session } from '../client/session.ts'
import { exitCodes, type ExitCode } from '../exit.ts'
import { safe, type Output } from '../output.ts'
import { showColumns } from '../render/columns.ts'
import { dateWords, sizeWords } from '../render/units.ts'
import { codeWords, originWords } from './show.ts'
import { pathOf, stateAnswer, type Difference, type VersionView } from './wire.ts'

export async function listVersions(session: Session, workspace: string, page: { before?: number | undefined; limit: number }, output: Output): Promise<ExitCode> {
  const query = new URLSearchParams({ limit: String(page.limit), ...(page.before === undefined ? {} : { before: String(page.before) }) })
  const { versions } = stateAnswer('versions', await session.api.call('GET', pathOf(workspace, `/versions?${query.toString()}`)))
  output.data(versions)
  if (versions.length === 0) {
    output.line(page.before === undefined ? `There is no version of ${safe(workspace)} yet.` : 'There is none before that.')
    return exitCodes.done
  }
  showColumns(output, ['VERSION', 'SERIAL', 'SIZE', 'WHEN', 'HOW', 'COUNTERSIGNED', ''], versions.map((one) => [
    `${one.version}${one.current ? ' *' : ''}`, String(one.serial), sizeWords(one.size), dateWords(one.at), originWords(one), one.evidence === '' ? '-' : codeWords(one.evidence), statusWords(one, output),
  ]))
  if (versions.some(({ current }) => current)) output.line(output.paint.dim('* current'))
  const last = versions.at(-1)
  if (versions.length === page.limit && last && last.version > 1) output.line(output.paint.dim(`More: countersign state versions --before ${last.version}`))
  return exitCodes.done
}

function statusWords({ status, destroyAt }: VersionView, { paint }: Output): string {
  if (status === 'kept') return ''
  if (status === 'deleted') return paint.yellow(`deleted${destroyAt ? `, can be brought back until ${dateWords(destroyAt)}` : ''}`)
  return status === 'quarantined' ? paint.red('in quarantine') : paint.dim(safe(status))
}

/** `from` 0 is nothing. Exit code 2 when they differ. */
export async function diffVersions(session: Session, workspace: string, from: number, to: number, output: Output): Promise<ExitCode> {
  const difference = stateAnswer('difference', await session.api.call('GET', pathOf(workspace, `/diff?from=${from}&to=${to}`)))
  output.data(difference)
  output.line(`${safe(workspace)}, ${from === 0 ? 'nothing' : `version ${from}`} -> version ${to}`)
  return showDifference(output, difference) ? exitCodes.changes : exitCodes.done
}

/** Whether there is any. Addresses only: no value is told. */
export function showDifference(output: Output, { added, changed, removed, outputs, opaque }: Difference, indent = '  '): boolean {
  const { paint } = output
  if (opaque) {
    output.line(`${indent}One of the two was encrypted by its client: what differs is not known here.`)
    return true
  }
  const named = (names: readonly string[]): string[] => names.map((name) => `output.${name}`)
  const rows: [mark: string, names: readonly string[], colour: (text: string) => string][] = [
    ['+', [...added, ...named(outputs.added)], paint.green],
    ['~', [...changed, ...named(outputs.changed)], (text) => text],
    ['-', [...removed, ...named(outputs.removed)], paint.red],
  ]
  for (const [mark, names, colour] of rows) for (const name of names) output.line(`${indent}${colour(`${mark} ${safe(name)}`)}`)
  const some = rows.some(([, names]) => names.length > 0)
  if (!some) output.line(`${indent}No resource and no output differs.`)
  return some
}
