/** How a state stands beside a run: a courtesy to the person. What is refused, the server refuses. */
import type { Session } from '../../client/session.ts'
import { pathOf, stateAnswer, type WorkspaceView } from '../wire.ts'

export type Standing = Pick<WorkspaceView, 'frozen' | 'quarantined'>

/** Undefined where there is no state yet, and where the server does not say. */
export async function standingOf(session: Session, workspace: string): Promise<Standing | undefined> {
  try {
    return stateAnswer('workspace', await session.api.call('GET', pathOf(workspace)))
  } catch {
    return undefined
  }
}
