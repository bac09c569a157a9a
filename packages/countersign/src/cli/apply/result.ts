/** What is said at the end of a run. */
import { changeSentence } from '../../plan/index.ts'
import type { Workspace } from '../config/workspace.ts'
import { exitCodes, type ExitCode } from '../exit.ts'
import { safe, type Output } from '../output.ts'
import type { Finished } from './run.ts'

export function showNothing(output: Output, workspace: Workspace): ExitCode {
  output.line('Nothing to change, so nothing was asked.')
  output.data({ workspace: workspace.name, changes: false })
  return exitCodes.done
}

export function showResult(output: Output, finished: Finished): void {
  const { applied, code, read, reported, evidence, view, consent } = finished
  output.line()
  output.line(applied.result === 'applied'
    ? `${output.paint.green('Applied')} exactly that plan: ${changeSentence(read.summary)}.  ${code}`
    : `${output.paint.red('The apply failed')} (exit code ${applied.code}${applied.interrupted ? ', interrupted' : ''}); terraform's own words are above.  ${code}`)
  if (applied.result === 'failed') output.line('What was changed before that is in the state. See what is left with: countersign plan')
  if (!applied.treeUnchanged) output.line(`${output.paint.yellow('Note')}: files of the configuration changed while it was applied. This is in the report.`)
  if (!applied.state) output.line(`${output.paint.yellow('Note')}: the state could not be read afterwards, so the report names none.`)
  for (const one of consent?.who ?? []) output.line(`Countersigned by ${safe(one.person.name)} (${one.how}, ${safe(one.key.label)})${one.key.demonstration ? ', with a DEMONSTRATION key' : ''}`)
  if (!reported.told) output.line(`${output.paint.yellow('Not reported yet')}: the server does not answer${reported.kept === '' ? ', and the outcome could not be written to disk. The run will be shown as "outcome unknown".' : `. The outcome is kept in ${reported.kept} and reported at the next use.`}`)
  if (evidence !== undefined) output.line(`Evidence: ${evidence}`)
  output.line(`Protection: ${safe(view.enforcement.level)}: ${safe(view.enforcement.why)}.`)
}

export function resultJson({ applied, code, view, subject, reported, evidence, consent }: Finished): unknown {
  return {
    changes: true,
    result: applied.result,
    exitCode: applied.code,
    interrupted: applied.interrupted,
    run: view.id,
    code,
    decision: view.decision,
    workspace: subject.workspace.name,
    environment: subject.workspace.environment,
    summary: subject.summary,
    risk: subject.risk,
    countersignedBy: (consent?.who ?? []).map((one) => ({ person: one.person, how: one.how, key: one.key.label, demonstration: one.key.demonstration })),
    state: applied.state ?? null,
    treeUnchanged: applied.treeUnchanged,
    reported: reported.told,
    evidence: evidence ?? null,
    enforcement: view.enforcement,
  }
}
