/**
 * The plan for a person: one sentence, the risk, and the critical things first, each with what it was and what it becomes. Text and
 * values come from the redacted plan, so what stands here is what the page shows.
 */
import type { RunSubject } from '@countersign/proof'
import { changeSentence, differences, type Change, type Difference, type Side } from '../../plan/index.ts'
import { safe, type Output } from '../output.ts'

/** The statement when there is one; otherwise what a preview knows. */
export type Shown = Pick<RunSubject, 'summary' | 'risk'> & { readonly workspace: { readonly name: string; readonly environment?: string } }

const FEW_CRITICAL = 10
const FEW_REASONS = 8
const FEW_LINES = 6

export function showSummary(output: Output, shown: Shown, { changes }: { readonly changes: readonly Change[] }): void {
  const { paint } = output
  output.line()
  output.line(`${paint.bold(safe(shown.workspace.name))}${shown.workspace.environment === undefined ? '' : ` (${safe(shown.workspace.environment)})`}: ${changeSentence(shown.summary)}`)
  output.line(`Risk: ${levelWord(output, shown.risk.level)}`)
  const critical = shown.summary.critical.slice(0, FEW_CRITICAL)
  for (const item of critical) {
    output.line(`  ${paint.red('CRITICAL')}  ${safe(item.address)} ${safe(item.reason)}`)
    for (const line of detailsOf(changes, item.address)) output.line(`            ${paint.dim(line)}`)
  }
  const more = shown.summary.critical.length - critical.length + shown.summary.criticalOmitted
  if (more > 0) output.line(`  ... and ${more} more critical`)
  for (const reason of otherReasons(shown)) output.line(`  ${reason}`)
}

function levelWord(output: Output, level: string): string {
  const { paint } = output
  if (level === 'critical' || level === 'high') return paint.red(level)
  return level === 'medium' ? paint.yellow(level) : paint.green(level)
}

/** What is not said by the critical list already. */
function otherReasons({ summary, risk }: Shown): string[] {
  const said = new Set(summary.critical.map((item) => item.address))
  const rest = risk.reasons.filter((reason) => reason.address === '' || !said.has(reason.address))
  const lines = rest.slice(0, FEW_REASONS).map((reason) => `${reason.address === '' ? '' : `${safe(reason.address)}: `}${safe(reason.detail)}`)
  const more = rest.length - lines.length + risk.reasonsOmitted
  return more > 0 ? [...lines, `... and ${more} more reasons`] : lines
}

function detailsOf(changes: readonly Change[], address: string): string[] {
  const change = changes.find((one) => one.address === address)
  if (!change || change.class === 'delete' || change.class === 'create') return []
  const found = differences(change, FEW_LINES + 1)
  const lines = found.slice(0, FEW_LINES).map(differenceLine)
  return found.length > FEW_LINES ? [...lines, '...'] : lines
}

function differenceLine(difference: Difference): string {
  return `${safe(difference.path)}: ${sideWord(difference.before)} -> ${sideWord(difference.after)}${difference.forcesReplacement ? '  (forces the replacement)' : ''}`
}

function sideWord(side: Side): string {
  if (side.kind === 'value') {
    const text = JSON.stringify(side.value)
    return safe(text.length > 80 ? `${text.slice(0, 77)}...` : text)
  }
  return side.kind === 'sensitive' ? '(sensitive)' : side.kind === 'unknown' ? '(known after apply)' : '(none)'
}
