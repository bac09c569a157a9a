/**
 * A code, verified: it is one of this person's apps', of this moment, and no step of theirs was used that late before.
 *
 * Runs in the transaction of what the code is for, with an attempt that was taken before (attempts.ts). A step is used once for the
 * person, whichever app, endpoint or server: one row holds the last one, and moving it forward is one statement that a database runs
 * one after another. So a step that was used never comes back, not when the clock goes back and not from an app that is ahead; two
 * apps of one person share it, and the second code within one step is refused.
 */
import type { Tx } from '../../platform/store/store.ts'
import { IdentityError } from '../errors.ts'
import { markAppUsed, type Apps, type SealedApp } from './apps.ts'
import { subjectOf, type Attempt } from './attempts.ts'
import { stepOf } from './one-time.ts'
import type { Seeds } from './seeds.ts'
import { wallOf } from '../../platform/clock.ts'
import type { Clock } from '../../platform/clock.ts'
import type { TypedCode } from './typed.ts'

type VerifyRoom = { apps: Apps; seeds: Seeds; ports: { clock: Clock } }
/** `step`: of 30 s since 1970, now used. */
export type VerifiedCode = { authenticator: string; label: string; step: number }

export async function verifyCode(
  { apps, seeds, ports }: VerifyRoom, tx: Tx, given: { person: string; code: TypedCode; attempt: Attempt },
): Promise<VerifiedCode> {
  const { person, code, attempt } = given
  attempt.mustBeFor(subjectOf.totp(person), code)
  const now = ports.clock.now()
  const standing = await apps.of(tx, person)
  if (standing.length === 0) throw noApp()
  const matched = match(seeds, standing, code, wallOf(ports.clock))
  if (!matched) throw wrong()
  if (!(await useStep(tx, person, matched.step))) throw used()
  await markAppUsed(tx, matched.app.id, now)
  await attempt.succeeded(tx)
  return { authenticator: matched.app.id, label: matched.app.label, step: matched.step }
}

/** Every app is asked, whichever answers. */
function match(seeds: Seeds, apps: SealedApp[], code: TypedCode, now: number): { app: SealedApp; step: number } | undefined {
  let matched: { app: SealedApp; step: number } | undefined
  for (const app of apps) {
    const step = stepOf(seeds.open(app), code, now)
    if (step !== null && matched === undefined) matched = { app, step }
  }
  return matched
}

/** False when the person has used this step or a later one. */
export async function useStep(tx: Tx, person: string, step: number): Promise<boolean> {
  const moved = await tx.insertInto('totp_step').values({ person, last_step: step })
    .onConflict((conflict) => conflict.column('person').doUpdateSet({ last_step: step }).where('totp_step.last_step', '<', step))
    .returning('last_step').executeTakeFirst()
  return moved !== undefined
}

export function noApp(): IdentityError {
  return new IdentityError('no_code_authenticator', 'You have no authenticator app here that counts.', 'Use your key.')
}

function wrong(): IdentityError {
  return new IdentityError('code_wrong', 'That is not the code of this moment.', 'Type the six digits that the app shows now; check the clock of your phone.')
}

export function used(): IdentityError {
  return new IdentityError('code_used', 'This code, or a later one, was used already.', 'Wait for the next code and type that.')
}
