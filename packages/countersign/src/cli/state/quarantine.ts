/** `countersign state quarantine`: the last writes that could not be trusted, and what they would change. Accepting and refusing is in `change.ts`. */
import type { Session } from '../client/session.ts'
import { CliError, exitCodes, type ExitCode } from '../exit.ts'
import { safe, type Output } from '../output.ts'
import { count, dateWords, sizeWords } from '../render/units.ts'
import { showDifference } from './versions.ts'
import { pathOf, stateAnswer, type Quarantined } from './wire.ts'

/** Where a number is wanted and was not said: which there are. Throws CliError `argument_refused`, `nothing_quarantined`. */
export async function whichQuarantined(session: Session, workspace: string, verb: 'show' | 'accept' | 'discard'): Promise<never> {
  const { versions } = stateAnswer('quarantine', await session.api.call('GET', pathOf(workspace, '/quarantine')))
  if (versions.length === 0) throw new CliError('nothing_quarantined', `Nothing of ${safe(workspace)} is in quarantine, so nothing was asked.`, 'See the versions with: countersign state versions')
  const there = versions.map((one) => `${one.version} (serial ${one.serial}, ${dateWords(one.at)}, ${safe(one.why)})`).join('; ')
  throw new CliError('argument_refused', `Which version is meant was not said. In quarantine ${versions.length === 1 ? 'is' : 'are'} ${there}.`, `Say it, as in: countersign state quarantine ${verb} ${versions[0]?.version ?? 0}`)
}

/** Of one workspace; `version`: with every address that would change. */
export async function showQuarantine(session: Session, workspace: string, version: number | undefined, output: Output): Promise<ExitCode> {
  const quarantine = stateAnswer('quarantine', await session.api.call('GET', pathOf(workspace, '/quarantine')))
  const shown = version === undefined ? quarantine.versions : quarantine.versions.filter((one) => one.version === version)
  if (version !== undefined && shown.length === 0) throw new CliError('nothing_quarantined', `Version ${version} of ${safe(workspace)} is not in quarantine.`, 'See what is with: countersign state quarantine list')
  output.data(version === undefined ? quarantine : shown[0])
  if (quarantine.frozen) output.line(`${output.paint.red('FROZEN')} since ${dateWords(quarantine.frozen.at)}: ${safe(quarantine.frozen.why)}`)
  if (shown.length === 0) output.line(`Nothing of ${safe(workspace)} is in quarantine.`)
  for (const one of shown) show(output, one, version !== undefined)
  if (shown.length > 0) {
    output.line()
    const number = shown.length === 1 ? String(shown[0]?.version ?? 'N') : 'N'
    output.line(`Make it current:  countersign state quarantine accept ${number}`)
    output.line(`Refuse it:        countersign state quarantine discard ${number}`)
  }
  return exitCodes.done
}

function show(output: Output, one: Quarantined, all: boolean): void {
  output.line()
  output.line(`${output.paint.bold(`version ${one.version}`)}: serial ${one.serial}, lineage ${safe(one.lineage)}, ${sizeWords(one.size)}, written ${dateWords(one.at)} by ${safe(one.person.name)} from ${safe(one.source)}`)
  output.line(`  why      ${safe(one.why)}`)
  if (!one.diff) return
  const { added, changed, removed, outputs } = one.diff
  if (all || one.diff.opaque) showDifference(output, one.diff, '    ')
  else {
    output.line(`  changes  ${added.length} added, ${changed.length} changed, ${removed.length} removed, ${count(outputs.added.length + outputs.changed.length + outputs.removed.length, 'output')}`)
    output.line(`           every address: countersign state quarantine show ${one.version}`)
  }
}
