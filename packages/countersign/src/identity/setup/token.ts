/**
 * The set-up link: who holds it becomes the first owner. What protects is the token, shown once, on the console of the machine: 15
 * minutes, voided by the next `up`, and refused for ever once there is a genesis entry. That it works from loopback only is a second
 * fence, and not one against a proxy on this machine that adds no header: through that, everybody comes from loopback.
 */
import type { Tx } from '../../platform/store/store.ts'
import { IdentityError } from '../errors.ts'
import type { Room } from '../ports.ts'
import { hashSecret, newSecret, sameHash } from '../secrets.ts'

export const setupTokenLifetime = 15 * 60_000

/** Where a request came from, by its socket; `forwarded` when it carries a header of a proxy. */
export type From = { address: string; forwarded: boolean }

export async function issueSetupToken(room: Room): Promise<{ token: string; expiresAt: number }> {
  const { store, clock, random, ledger } = room.ports
  const token = newSecret('setup', random)
  const now = clock.now()
  const expiresAt = now + setupTokenLifetime
  await store.write(async (tx) => {
    await refuseAfterGenesis(room, tx)
    await spendSetupToken(tx)
    await tx.insertInto('setup_token').values({ hash: hashSecret(token), created_at: now, expires_at: expiresAt }).execute()
    await ledger.append(tx, { type: 'setup.offered', ids: {}, details: { expires: expiresAt } })
  })
  return { token, expiresAt }
}

/** In the transaction of each step of the set-up. Where it comes from is checked first: elsewhere the link has no state to tell of. */
export async function checkSetupToken(room: Room, tx: Tx, given: { token: string; from: From }): Promise<void> {
  if (!isLoopback(given.from.address) || given.from.forwarded) {
    throw new IdentityError(
      'setup_not_local',
      'The set-up link works only in a browser on the machine where the server runs.',
      'Open the link there, or forward the port over ssh.',
    )
  }
  await refuseAfterGenesis(room, tx)
  const row = await tx.selectFrom('setup_token').selectAll().executeTakeFirst()
  if (!row || !sameHash(row.hash, hashSecret(given.token))) {
    throw new IdentityError(
      'setup_token_invalid',
      'This is not the set-up link that the server printed last.',
      'Use the newest link, or start `countersign up` again for another.',
    )
  }
  if (row.expires_at <= room.ports.clock.now()) {
    throw new IdentityError(
      'setup_token_expired',
      'The set-up link has expired: it is valid for 15 minutes.',
      'Start `countersign up` again for another.',
    )
  }
}

/** What was begun with it goes with it. */
export async function spendSetupToken(tx: Tx): Promise<void> {
  await tx.deleteFrom('setup_token').execute()
  await tx.deleteFrom('ceremony').where('purpose', '=', 'set-up').execute()
}

async function refuseAfterGenesis(room: Room, tx: Tx): Promise<void> {
  if ((await room.directory.head(tx)).size === 0) return
  throw new IdentityError('setup_done', 'This server has been set up and has an owner.', 'Sign in instead.')
}

export function isLoopback(address: string): boolean {
  const bare = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address
  return bare === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(bare)
}
