/** What changes a state that is there: each is one question over exactly what it is about, and happens at the server once it is countersigned. */
import type { StateSubject } from '@countersign/proof'
import { CliError, exitCodes, type ExitCode } from '../exit.ts'
import { safe } from '../output.ts'
import { ask, type Asking } from './ask.ts'
import { lockWords } from './show.ts'
import { pathOf, stateAnswer, type StateRequest } from './wire.ts'

type Action = Extract<StateSubject['action'], 'state.rollback' | 'state.delete' | 'state.restore' | 'state.accept' | 'state.discard' | 'state.force-unlock'>

export type Change = { readonly action: Action; readonly workspace: string; readonly version?: number; readonly whole?: boolean }

/** Answers when it has happened. */
export async function change(asking: Asking, about: Change): Promise<ExitCode> {
  const { output } = asking
  const { view, subject, code } = await ask(asking, about)
  if (view.status !== 'done') throw new CliError('server_unexpected', `This was countersigned, and the server has not said that it happened: it is ${safe(view.status)}.`, `Look with: countersign state show --workspace ${safe(about.workspace)}`)
  output.line(`${output.paint.green('Done')}: ${happened(about, view)}  ${code}`)
  const next = await afterwards(asking, about)
  if (next !== '') output.line(next)
  output.data({ done: true, action: about.action, workspace: about.workspace, code, version: view.result?.version ?? 0, changes: subject.changes })
  return exitCodes.done
}

function happened({ action, workspace, version, whole }: Change, { result }: StateRequest): string {
  const name = safe(workspace)
  const now = result?.version ?? 0
  switch (action) {
    case 'state.rollback': return `${name} is at version ${now}, with what version ${version ?? 0} held.`
    case 'state.delete': return whole ? `the state of ${name} is deleted, every version of it.` : `version ${version ?? 0} of ${name} is deleted.`
    case 'state.restore': return whole ? `the state of ${name} is back, at version ${now}.` : `version ${version ?? 0} of ${name} is back.`
    case 'state.accept': return `${name} is at version ${now}, with what was in quarantine.`
    case 'state.discard': return `version ${version ?? 0} of ${name} is refused.`
    case 'state.force-unlock': return `the lock of ${name} is ended. What its holder still writes goes to quarantine.`
  }
}

/** What can be done next, as it is typed. */
async function afterwards({ session }: Asking, { action, workspace, version, whole }: Change): Promise<string> {
  switch (action) {
    case 'state.rollback': case 'state.accept': return 'See how what is built differs from it: countersign run -- terraform plan'
    case 'state.delete': return `Bring it back with: countersign state restore ${whole ? '--all' : String(version ?? 0)}`
    case 'state.discard': return `Bring it back into quarantine with: countersign state restore ${version ?? 0}`
    case 'state.restore': {
      if (whole) return ''
      // What was refused waits in quarantine again: it cannot be rolled back to.
      const { status } = stateAnswer('version', await session.api.call('GET', pathOf(workspace, `/versions/${version ?? 0}`)))
      return status === 'quarantined' ? `It waits in quarantine again, and the workspace is frozen: countersign state quarantine show ${version ?? 0}` : `Make it current with: countersign state rollback ${version ?? 0}`
    }
    case 'state.force-unlock': return ''
  }
}

/** Ends somebody's lock: says whose, before it is asked. */
export async function unlock(asking: Asking, workspace: string): Promise<ExitCode> {
  const { session, output } = asking
  const { lock } = stateAnswer('workspace', await session.api.call('GET', pathOf(workspace)))
  if (!lock) {
    output.line(`Nobody holds the lock of ${safe(workspace)}, so nothing was asked.`)
    output.data({ done: false, workspace })
    return exitCodes.done
  }
  output.line(`The lock of ${safe(workspace)} is held by ${lockWords(lock)}.`)
  return await change(asking, { action: 'state.force-unlock', workspace })
}
