/** Deletes what can be of no use to anybody any more. Sessions and tokens that ended stay for 30 days, to be looked at. */
import { pendingLasts } from './codes/apps.ts'
import type { Clock } from '../platform/clock.ts'
import type { Store } from '../platform/store/store.ts'

const keptAfterEnd = 30 * 24 * 60 * 60_000
/** An answer that comes late is still told "expired" and not "unknown". */
const keptAfterExpiry = 60 * 60_000

const attemptsKept = 24 * 60 * 60_000

export async function sweep({ store, clock }: { store: Store; clock: Clock }): Promise<void> {
  const now = clock.now()
  await store.write(async (tx) => {
    await tx.deleteFrom('ceremony').where('expires_at', '<', now - keptAfterExpiry).execute()
    await tx.deleteFrom('oidc_record').where('expires_at', '<', now).execute()
    await tx.deleteFrom('dpop_proof').where('expires_at', '<', now).execute()
    // Those of codes stay: a guesser who pauses goes on where they were. The others are by names that anybody can invent.
    await tx.deleteFrom('code_attempt').where('subject', 'not like', 'totp:%').where('last_at', '<', now - attemptsKept).where('blocked_until', '<', now - attemptsKept).execute()
    await tx.deleteFrom('totp_authenticator').where('vouched_at', 'is', null).where('created_at', '<', now - pendingLasts).execute()
    await tx.deleteFrom('session').where('expires_at', '<', now - keptAfterEnd).execute()
    await tx.deleteFrom('terminal_token').where('family_expires_at', '<', now - keptAfterEnd).execute()
  })
}
