/**
 * Which state belongs to which workspace. The first countersigned apply binds a workspace to its lineage and backend; what
 * the policy lets pass binds nothing and moves nothing, or a stolen terminal could take a workspace over without a touch.
 *
 * The attacker here holds a valid terminal and names things: another workspace's name for the same state (to be judged by
 * milder rules), a state that was rolled back (to run a known plan again), or an emptied one. Asked when the run is made, so
 * that the person hears it at once, and again in the transaction that starts the apply, where it counts.
 */
import type { Finding } from '../../plan/index.ts'
import type { RunClaims } from './claims.ts'
import { RunError } from './errors.ts'

export type Known = { workspace: string; lineage: string; backend: string; serial: number; lastRunUnknown: boolean }

export interface Bindings {
  ofWorkspace(name: string): Promise<Known | null>
  ofLineage(lineage: string): Promise<Known | null>
}

type Asked = Pick<RunClaims, 'state' | 'workspace'>

/** @returns what is unusual about the state and raises the risk. @throws RunError when it is another workspace's, or older than what was reported. */
export async function checkBinding(bindings: Bindings, asked: Asked): Promise<Finding[]> {
  const { name, backend } = asked.workspace
  const known = await bindings.ofWorkspace(name)
  await refuseBorrowedLineage(bindings, asked)
  if (!known) return asked.state.lineage !== '' ? [finding('lineage_unknown', `nothing is known yet of the state that is claimed for ${name}`)] : []
  refuseOtherLineage(known, asked)
  refuseOldSerial(known, asked)
  const findings: Finding[] = []
  if (known.backend !== JSON.stringify(backend)) findings.push(finding('backend_changed', `the state of ${name} was in another place at its last apply`))
  if (known.lastRunUnknown) findings.push(finding('previous_outcome_unknown', `nobody knows what the last apply of ${name} did`))
  return findings
}

async function refuseBorrowedLineage(bindings: Bindings, { state, workspace }: Asked): Promise<void> {
  if (state.lineage === '') return
  const owner = await bindings.ofLineage(state.lineage)
  if (!owner || owner.workspace === workspace.name) return
  throw new RunError(
    'lineage_bound_elsewhere',
    `This state belongs to the workspace ${owner.workspace}, not to ${workspace.name}.`,
    `Use the workspace ${owner.workspace}, or give the new workspace a state of its own.`,
  )
}

function refuseOtherLineage(known: Known, { state, workspace }: Asked): void {
  if (known.lineage === '' || known.lineage === state.lineage) return
  const what = state.lineage === '' ? 'there is no state where its state was' : 'the state is another one (its lineage differs)'
  throw new RunError(
    'lineage_mismatch',
    `${workspace.name} has been applied before, and now ${what}.`,
    "Restore the workspace's own state, or use a new workspace name for the new state.",
  )
}

/** After an apply whose outcome nobody reported, the base may still be the same; that raises the risk instead (see above). */
function refuseOldSerial(known: Known, { state, workspace }: Asked): void {
  const lowest = known.lastRunUnknown ? known.serial - 1 : known.serial
  if (state.serial >= lowest) return
  throw new RunError(
    'serial_regressed',
    `The state of ${workspace.name} is at serial ${state.serial}, older than the ${known.serial} that is known: it was rolled back.`,
    'Restore the newest state, then plan again.',
  )
}

function finding(code: string, detail: string): Finding {
  return { code, address: '', detail }
}
