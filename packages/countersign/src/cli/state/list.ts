/** `countersign state list`: every state that this person may see, and what is unusual about one. */
import { exitCodes, type ExitCode } from '../exit.ts'
import { safe, type Output } from '../output.ts'
import { showColumns } from '../render/columns.ts'
import { dateWords, sizeWords } from '../render/units.ts'
import type { Session } from '../client/session.ts'
import { stateAnswer, type WorkspaceView } from './wire.ts'

export async function listStates(session: Session, output: Output): Promise<ExitCode> {
  const { workspaces } = stateAnswer('workspaces', await session.api.call('GET', '/api/v1/state/workspaces'))
  output.data(workspaces)
  if (workspaces.length === 0) {
    output.line('No state is kept here yet. Begin in a folder with: countersign state init')
    return exitCodes.done
  }
  showColumns(output, ['WORKSPACE', 'ENVIRONMENT', 'VERSION', 'SERIAL', 'SIZE', 'LAST CHANGE', ''], workspaces.map((one) => [
    safe(one.name), safe(one.environment), one.version === 0 ? '-' : String(one.version), one.version === 0 ? '-' : String(one.serial), one.version === 0 ? '-' : sizeWords(one.size),
    lastWords(one), unusual(one, output),
  ]))
  return exitCodes.done
}

function lastWords({ lastChange }: WorkspaceView): string {
  if (!lastChange) return '-'
  return lastChange.deletedAt ? `${dateWords(lastChange.deletedAt)}  deleted` : `${dateWords(lastChange.at)}  ${safe(lastChange.person.name)}`
}

function unusual({ lock, frozen, quarantined }: WorkspaceView, { paint }: Output): string {
  const words = [
    frozen ? paint.red('FROZEN') : '',
    quarantined > 0 ? paint.red(`${quarantined} in quarantine`) : '',
    lock ? paint.yellow(`${lock.mode === 'plan' ? 'being planned' : 'locked'} by ${safe(lock.person.name)}`) : '',
  ]
  return words.filter((word) => word !== '').join(', ')
}
