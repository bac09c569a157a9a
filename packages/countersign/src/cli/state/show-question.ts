/** What is about to be countersigned, in the words of the statement: what, of which workspace, and what would change. */
import type { StateSubject } from '@countersign/proof'
import { commandOf } from '../../plan/text/terraform-command.ts'
import { safe, type Output } from '../output.ts'
import { count, spanWords } from '../render/units.ts'

const FEW = 12
const marks = { added: '+', changed: '~', removed: '-' } as const

export function showQuestion(output: Output, subject: StateSubject): void {
  const { paint } = output
  const { workspace, state, target } = subject
  output.line()
  output.line(`${paint.bold(safe(workspace.name))} (${safe(workspace.environment)}): ${questionWords(subject)}`)
  if (state.version > 0 && subject.action !== 'state.credential') output.line(`  current   ${refWords(state)}`)
  if (target.digest !== '') output.line(`  this      ${refWords(target)}`)
  if (subject.action === 'state.import' && state.version > 0 && state.lineage !== target.lineage) output.line(`  ${paint.red('ANOTHER LINEAGE')}: it takes the place of a state that was another one from the beginning`)
  showChanges(output, subject)
  if (subject.action === 'state.delete' || subject.action === 'state.discard') output.line(`  after     it can be brought back for ${spanWords(subject.lasts * 1000)}; then its key is destroyed`)
  if (subject.action === 'state.rollback') output.line('  after     what was built stays as it is; plans made before are worth nothing any more')
}

/** One sentence, as a person would say it. */
export function questionWords({ action, target, whole, phase, tier, lasts, lock }: StateSubject): string {
  const version = `version ${target.version}`
  switch (action) {
    case 'state.credential':
      return `a credential to ${phase === 'plan' ? 'plan' : 'plan and apply'}, for ${spanWords(lasts * 1000)}${tier === 'full' || tier === '' ? '' : `, ${tier} only`}`
    case 'state.plan': return `a lock to plan${whose(lock)}`
    case 'state.write': return `a lock to write${whose(lock)}`
    case 'state.read': return 'read the whole state, secrets included'
    case 'state.read-redacted': return 'read the state without its secrets'
    case 'state.read-outputs': return 'read the outputs'
    case 'state.import': return 'make this state the current one'
    case 'state.rollback': return `go back to ${version}`
    case 'state.delete': return whole ? 'DELETE THE WHOLE STATE, every version' : `delete ${version}`
    case 'state.restore': return whole ? 'bring the deleted state back' : `bring ${version} back`
    case 'state.accept': return `make ${version} current, which is in quarantine`
    case 'state.discard': return `refuse ${version}, which is in quarantine`
    case 'state.force-unlock': return `end the lock${whose(lock)}`
  }
}

function whose({ operation, who }: StateSubject['lock']): string {
  const words = [commandOf(operation) ?? operation, who].filter((text) => text !== '').map((text) => safe(text)).join(', ')
  return words === '' ? '' : ` (says: ${words})`
}

function refWords({ version, lineage, serial, digest }: StateSubject['state']): string {
  return `${version > 0 ? `version ${version}, ` : ''}serial ${serial}, lineage ${lineage === '' ? '(none)' : safe(lineage)}, sha256 ${digest.slice(0, 16)}`
}

function showChanges(output: Output, { changes }: StateSubject): void {
  const { paint } = output
  const { added, changed, removed, outputs, addresses, omitted } = changes
  if (added + changed + removed + outputs === 0) return
  const words = [added > 0 ? `${added} added` : '', changed > 0 ? `${changed} changed` : '', removed > 0 ? `${removed} removed` : '', outputs > 0 ? count(outputs, 'output') : '']
  output.line(`  changes   ${words.filter((word) => word !== '').join(', ')}`)
  for (const { address, change } of addresses.slice(0, FEW)) {
    const line = `    ${marks[change]} ${safe(address)}`
    output.line(change === 'removed' ? paint.red(line) : change === 'added' ? paint.green(line) : line)
  }
  const more = Math.max(0, addresses.length - FEW) + omitted
  if (more > 0) output.line(`    ... and ${more} more`)
}
