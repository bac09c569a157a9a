/**
 * A run whose state is kept by the server itself: the credentials that its terraform needs, one to plan with and, once the apply is
 * started, the run's own. Each lives as long as its phase, in the environment of terraform only: no statement, no report, no file has it.
 */
import { withStateAccess, type MeasuredState, type Plan, type Prepared } from '../../engine/index.ts'
import type { Session } from '../client/session.ts'
import { safe, type Output } from '../output.ts'
import { sayWhatWaits } from '../state/beside.ts'
import { endCredential, getCredential, getRunCredential, ONE_COMMAND } from '../state/credential.ts'
import { RETRIES } from '../state/environment.ts'
import { pathOf, stateAnswer, type StateCredential } from '../state/wire.ts'
import type { Begun } from './begin.ts'

/** The same plan or preparation, with the way to the state in it. `end` is to be called whatever happens. */
export type Access<T> = { readonly with: T; readonly end: () => Promise<void> }

/** Does what it is for, and ends it. */
export async function using<T, R>(access: Access<T>, work: (given: T) => Promise<R>): Promise<R> {
  try {
    return await work(access.with)
  } finally {
    await access.end()
  }
}

const nothing = async (): Promise<void> => undefined

/** What the environment brings along already (from `countersign state init --env`) is used, and nobody is asked. */
export async function accessForPlan(session: Session, begun: Begun, prepared: Prepared, output: Output, signal: AbortSignal): Promise<Access<Prepared>> {
  const { stateHere, environment, workspace } = begun
  if (!stateHere) return { with: prepared, end: nothing }
  const username = environment['TF_HTTP_USERNAME']
  if (username && environment['TF_HTTP_PASSWORD']) return { with: prepared, end: sayWhatWaits(session, username, output).end }
  const credential = await getCredential({ session, output, signal }, { workspace: workspace.name, phase: 'plan', lasts: ONE_COMMAND, purpose: 'the plan of a run' })
  return opened(session, credential, withStateAccess(prepared, { ...credential, retries: RETRIES }), output)
}

/** The lease says that this run may write: no person is asked again. */
export async function accessForApply(session: Session, plan: Plan, about: { workspace: string; run: string; lease: string }, output: Output): Promise<Access<Plan>> {
  const credential = await getRunCredential(session, about)
  return opened(session, credential, { ...plan, prepared: withStateAccess(plan.prepared, { ...credential, retries: RETRIES }) }, output)
}

function opened<T>(session: Session, credential: StateCredential, value: T, output: Output): Access<T> {
  const beside = sayWhatWaits(session, credential.id, output)
  return {
    with: value,
    async end() {
      await beside.end()
      const why = await endCredential(session, credential.id)
      if (why !== undefined) output.warn(`The credential for the state could not be ended (${why}); it ends by itself at ${safe(credential.expiresAt)}.`)
    },
  }
}

/** Afterwards the server says what the state is: reading it would be one more question. */
export async function stateKeptHere(session: Session, workspace: string): Promise<MeasuredState | undefined> {
  try {
    const { lineage, serial, digest } = stateAnswer('workspace', await session.api.call('GET', pathOf(workspace)))
    return digest === '' ? undefined : { lineage, serial, digest }
  } catch {
    return undefined // said, not guessed
  }
}
