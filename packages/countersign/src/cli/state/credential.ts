/**
 * A credential for the state of one workspace: got, and ended when it is needed no more. Its secret is in this process and in the
 * environment of one other, and is written nowhere. (Whoever runs programs as this user can read that environment: the lock, and not
 * the secret, is what holds them up.)
 */
import type { Session } from '../client/session.ts'
import { safe } from '../output.ts'
import { ask, begin, type Asking } from './ask.ts'
import { stateAnswer, type StateCredential } from './wire.ts'

export type Wanted = { readonly workspace: string; readonly phase: 'plan' | 'apply'; /** Seconds. */ readonly lasts: number; readonly purpose: string }

/** For one command, in seconds: a lock that was taken lives on until it is unlocked, however old its credential is. */
export const ONE_COMMAND = 3600
/** For a shell, in seconds. */
export const ONE_SHELL = 4 * 3600

export async function getCredential(asking: Asking, { workspace, phase, lasts, purpose }: Wanted): Promise<StateCredential> {
  const { view } = await ask(asking, { action: 'state.credential', workspace, phase, purpose, lasts })
  return await redeem(asking.session, view.id)
}

/** For a run whose apply was started: its lease is what the server asks for, and no person is asked again. */
export async function getRunCredential(session: Session, about: { workspace: string; run: string; lease: string }): Promise<StateCredential> {
  const view = await begin(session, { action: 'state.run-credential', ...about })
  return await redeem(session, view.id)
}

async function redeem(session: Session, request: string): Promise<StateCredential> {
  return stateAnswer('credential', await session.api.call('POST', `/api/v1/state/requests/${request}/redeem`))
}

/** Answers why it could not be ended, or undefined. It then ends by itself, and nothing that was done is lost. */
export async function endCredential(session: Session, id: string): Promise<string | undefined> {
  try {
    await session.api.call('DELETE', `/api/v1/state/credentials/${encodeURIComponent(id)}`, { silence: 5_000 })
    return undefined
  } catch (error) {
    return error instanceof Error ? safe(error.message) : 'it could not be asked'
  }
}
