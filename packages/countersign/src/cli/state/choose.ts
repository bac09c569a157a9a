/** What every command about a state begins with: the server, the sign-in, and which workspace is meant. */
import { connect } from '../apply/connect.ts'
import { readRepository } from '../config/repository.ts'
import type { Session } from '../client/session.ts'
import { chooseWorkspace } from '../config/workspace.ts'
import { CliError } from '../exit.ts'
import { safe, type Output } from '../output.ts'
import { workspaceHere } from './here.ts'

export type Choice = { readonly server?: string; readonly workspace?: string }

/** Throws CliError `workspace_invalid`, `workspace_missing`, and what signing in throws. */
export async function connectTo(choice: Choice, output: Output): Promise<{ session: Session; workspace: string; told: boolean }> {
  const directory = process.cwd()
  const repository = await readRepository(directory)
  const chosen = chooseWorkspace(directory, choice.workspace, process.env['COUNTERSIGN_WORKSPACE'], repository.workspace, 'state')
  const session = await connect(choice, repository, output)
  if (!chosen.derived) return { session, workspace: chosen.name, told: true }
  // What terraform here is configured for is better than a name made of folders.
  const configured = workspaceHere(session.profile.server, session.trust, directory, process.env)
  return configured === undefined ? { session, workspace: chosen.name, told: false } : { session, workspace: configured, told: true }
}

/** For what reads or changes a state that is there: a made-up name would be about another one, or none. */
export async function connectToNamed(choice: Choice, output: Output): Promise<{ session: Session; workspace: string }> {
  const { session, workspace, told } = await connectTo(choice, output)
  if (told) return { session, workspace }
  throw new CliError('workspace_missing', 'Which workspace is meant is not said here.', `Give it with --workspace, or write it into .countersign.yaml: workspace: ${safe(workspace)}`)
}
