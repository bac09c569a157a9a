/** What every command about a state begins with: the server, the sign-in, and which workspace is meant. */
import { connect } from '../apply/connect.ts'
import { readRepository } from '../config/repository.ts'
import type { Session } from '../client/session.ts'
import { chooseWorkspace } from '../config/workspace.ts'
import { CliError } from '../exit.ts'
import { safe, type Output } from '../output.ts'
import { workspaceWritten } from './here.ts'

export type Choice = { readonly server?: string; readonly workspace?: string }
export type Connected = { readonly session: Session; readonly workspace: string; /** Not made up from the names of folders. */ readonly told: boolean; /** What the backend of the folder says, where it is ours. */ readonly here: string | undefined }

/** Throws CliError `workspace_invalid`, `workspace_missing`, and what signing in throws. */
export async function connectTo(choice: Choice, output: Output, directory = process.cwd()): Promise<Connected> {
  const repository = await readRepository(directory)
  const chosen = chooseWorkspace(directory, choice.workspace, process.env['COUNTERSIGN_WORKSPACE'], repository.workspace, 'state')
  const session = await connect(choice, repository, output)
  // What terraform here is configured for is better than a name made of folders.
  const here = workspaceWritten(session.profile.server, session.trust, directory, process.env)
  if (!chosen.derived) return { session, workspace: chosen.name, told: true, here }
  return { session, workspace: here ?? chosen.name, told: here !== undefined, here }
}

/** For what reads or changes a state that is there: a made-up name would be about another one, or none. */
export async function connectToNamed(choice: Choice, output: Output): Promise<{ session: Session; workspace: string }> {
  const { session, workspace, told } = await connectTo(choice, output)
  if (told) return { session, workspace }
  throw new CliError('workspace_missing', 'Which workspace is meant is not said here.', `Give it with --workspace ${safe(workspace)}, or keep it in .countersign.yaml, as the line  workspace: ${safe(workspace)}`)
}
