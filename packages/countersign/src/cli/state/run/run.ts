/**
 * `countersign run -- PROGRAM`: a credential for the state, in the environment of that program and of nothing else; what waits for the
 * person is shown beside it; at the end the credential is ended.
 *
 * The secret is safe from a file, a shell's history and a later command. It is not safe from the program that gets it, from what that
 * program starts, nor from others of this user who look into its environment: with it alone they can ask for locks, and that asks you.
 */
import type { Session } from '../../client/session.ts'
import { CliError } from '../../exit.ts'
import { safe, type Output } from '../../output.ts'
import { sayWhatWaits } from '../beside.ts'
import { endCredential, getCredential, ONE_COMMAND } from '../credential.ts'
import { stateVariables } from '../environment.ts'
import { standingOf, type Standing } from './standing.ts'
import { refuseMissing, runProgram } from './child.ts'
import { endsLock, phaseOf } from './phase.ts'

export type RunOptions = { readonly workspace: string; readonly phase?: 'plan' | 'apply' | undefined; readonly lasts?: number | undefined; readonly timeout?: number | undefined }

/** Answers the program's own exit status, and 1 for 0 where a write of it was set aside. Before it starts, whatever is refused is an error of ours. */
export async function runWithState(session: Session, command: readonly string[], options: RunOptions, output: Output): Promise<number> {
  refuseMissing(command[0] ?? '', process.env)
  const phase = options.phase ?? phaseOf(command)
  const before = await standingOf(session, options.workspace)
  if (before?.frozen && phase === 'apply' && !endsLock(command)) throw frozen(options.workspace, before.frozen.why)
  const credential = await getCredential({ session, output, timeout: options.timeout }, { workspace: options.workspace, phase, lasts: options.lasts ?? ONE_COMMAND, purpose: `run ${command.slice(0, 3).join(' ')}`.slice(0, 200) })
  const beside = sayWhatWaits(session, credential.id, output)
  try {
    const code = await runProgram(command, { ...withoutOurs(process.env), ...Object.fromEntries(stateVariables(credential, process.env)) })
    return (await saysSetAside(session, options.workspace, before, output)) && code === 0 ? 1 : code
  } finally {
    await beside.end()
    const why = await endCredential(session, credential.id)
    if (why !== undefined) output.warn(`The credential of this run could not be ended (${why}); it ends by itself at ${safe(credential.expiresAt)}.`)
  }
}

/** Every lock to write would be refused: nobody is asked for a touch that is worth nothing. */
function frozen(workspace: string, why: string): CliError {
  return new CliError('workspace_frozen', `${safe(workspace)} is frozen (${safe(why)}): nothing can be written until somebody decides about that. Nothing was run, and nobody was asked.`, 'Look at it with: countersign state quarantine list. To plan and to read meanwhile: countersign run --phase plan -- terraform plan')
}

/** Terraform takes a write that was set aside for one that was kept: it ends with 0, and says nothing. */
async function saysSetAside(session: Session, workspace: string, before: Standing | undefined, output: Output): Promise<boolean> {
  const after = await standingOf(session, workspace)
  if (!after?.frozen || after.quarantined <= (before?.quarantined ?? 0)) return false
  output.warn(`While this ran, a write to ${safe(workspace)} was set aside and is not the current state: ${safe(after.frozen.why)}. Look at it, then accept it or discard it: countersign state quarantine list`)
  return true
}

/** What unlocks this terminal's key is nobody else's. */
function withoutOurs({ COUNTERSIGN_PASSPHRASE: _, ...environment }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return environment
}
