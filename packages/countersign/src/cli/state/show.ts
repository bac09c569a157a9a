/** `countersign state show`: what is known of a state without reading it. No value of the state comes this way. */
import { formatCode } from '@countersign/proof'
import { commandOf } from '../../plan/text/terraform-command.ts'
import type { Session } from '../client/session.ts'
import { exitCodes, type ExitCode } from '../exit.ts'
import { safe, type Output } from '../output.ts'
import { showFacts } from '../render/columns.ts'
import { count, dateWords, sizeWords } from '../render/units.ts'
import { pathOf, stateAnswer, type Facts, type LockView, type VersionView, type WorkspaceView } from './wire.ts'

const FEW_SECRETS = 20

export async function showState(session: Session, workspace: string, version: number | undefined, output: Output): Promise<ExitCode> {
  if (version !== undefined) return await showVersion(session, workspace, version, output)
  const view = stateAnswer('workspace', await session.api.call('GET', pathOf(workspace)))
  output.data(view)
  output.line(`${output.paint.bold(safe(view.name))} (${safe(view.environment)})`)
  showFacts(output, [
    ['current', view.version === 0 ? 'no state' : `version ${view.version}: serial ${view.serial}, ${view.opaque ? 'encrypted by its client' : count(view.resources, 'resource')}, ${sizeWords(view.size)}`],
    ['lineage', safe(view.lineage)],
    ['sha256', view.digest],
    ['last change', lastChangeWords(view)],
    ['lock', view.lock ? lockWords(view.lock) : 'nobody holds it'],
    ['protection', `${safe(view.enforcement.level)}: ${safe(view.enforcement.why)}`],
  ])
  showTrouble(output, view)
  return exitCodes.done
}

function lastChangeWords({ lastChange }: WorkspaceView): string {
  if (!lastChange) return ''
  return lastChange.deletedAt ? `${dateWords(lastChange.deletedAt)}, deleted` : `${dateWords(lastChange.at)}, ${originWords({ ...lastChange, from: 0 })}`
}

export function lockWords({ mode, operation, who, person, source, since, capAt }: LockView): string {
  return `${safe(person.name)} since ${dateWords(since)}, to ${mode === 'plan' ? 'plan' : 'write'} (${[commandOf(operation) ?? operation, who, source].filter((text) => text !== '').map((text) => safe(text)).join(', ')}); what it writes after ${dateWords(capAt)} goes to quarantine`
}

function showTrouble(output: Output, { frozen, quarantined, secrets, version, lastChange }: WorkspaceView): void {
  const { paint } = output
  if (frozen) output.line(`${paint.red('FROZEN')} since ${dateWords(frozen.at)}: ${safe(frozen.why)}. Nobody can write. Look at it with: countersign state quarantine list`)
  else if (quarantined > 0) output.line(`${paint.red(`${count(quarantined, 'version')} in quarantine`)}. Look with: countersign state quarantine list`)
  if (secrets === null) output.line('It is still being looked through for secrets.')
  else if (secrets > 0) output.line(`${paint.yellow(count(secrets, 'secret'))} found in it. See where, and what to use instead, with: countersign state show --version ${version}`)
  if (version === 0 && lastChange?.deletedAt) output.line('Until its key is destroyed it can be brought back: countersign state restore --all')
}

async function showVersion(session: Session, workspace: string, number: number, output: Output): Promise<ExitCode> {
  const view = stateAnswer('version', await session.api.call('GET', pathOf(workspace, `/versions/${number}`)))
  output.data(view)
  output.line(`${output.paint.bold(safe(workspace))}, version ${view.version}${view.current ? ', current' : ''}${view.status === 'kept' ? '' : `, ${safe(view.status)}`}`)
  showFacts(output, [
    ['serial', String(view.serial)],
    ['lineage', safe(view.lineage)],
    ['sha256', view.digest],
    ['size', sizeWords(view.size)],
    ['holds', view.opaque ? 'encrypted by its client: nothing of it is known here' : `${count(view.resources, 'resource')}, ${count(view.outputs, 'output')}`],
    ['came', `${dateWords(view.at)} ${originWords(view)}`],
    ['from', [view.source, view.credential, view.run].filter((text) => text !== '').map((text) => safe(text)).join(', ')],
    ['countersigned', view.evidence === '' ? 'no: policy let it pass' : codeWords(view.evidence)],
    ['why', safe(view.why)],
    ['deleted', view.deletedAt ? `${dateWords(view.deletedAt)}${view.destroyAt ? `; its key is destroyed after ${dateWords(view.destroyAt)}` : ''}` : ''],
    ['terraform', safe(view.facts?.terraformVersion ?? '')],
  ])
  if (view.facts) showSecrets(output, view.facts)
  return exitCodes.done
}

/** How a version came to be, and by whom. */
export function originWords({ origin, from, person }: Pick<VersionView, 'origin' | 'from' | 'person'>): string {
  const by = `by ${safe(person.name)}`
  if (origin === 'rollback') return `rolled back${from === 0 ? '' : ` to version ${from}`} ${by}`
  if (origin === 'accepted') return `accepted from quarantine${from === 0 ? '' : ` (version ${from})`} ${by}`
  return `${origin === 'import' ? 'imported' : 'written'} ${by}`
}

/** As people compare it. */
export function codeWords(code: string): string {
  return /^[0-9A-Z]{12}$/.test(code) ? formatCode(code) : safe(code)
}

/** By address, never with the value. */
function showSecrets(output: Output, { secrets, secretsOmitted }: Facts): void {
  if (secrets.length === 0) return
  output.line()
  output.line(`${output.paint.yellow(count(secrets.length + secretsOmitted, 'secret'))} found in it:`)
  for (const { address, path, kind, advice } of secrets.slice(0, FEW_SECRETS)) {
    output.line(`  ${safe(address)}${path === '' ? '' : `  ${safe(path)}`}: ${safe(kind)}`)
    output.line(`    ${output.paint.dim(safe(advice))}`)
  }
  const more = secrets.length - FEW_SECRETS + secretsOmitted
  if (more > 0) output.line(`  ... and ${more} more; all that are kept: countersign state show --json`)
}
