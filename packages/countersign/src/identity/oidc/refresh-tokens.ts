/**
 * Refresh tokens: each is worth one use, and the next one comes with its answer. One that comes a second time means that two hold it, the
 * terminal and a thief, and nobody can say who is who: the whole sign-in ends (RFC 9700 section 4.14). Of two that come at once the second
 * is such a second time. The key that the sign-in is bound to is checked by the library, and again where the access token is stored.
 */
import type { Adapter } from 'oidc-provider'
import type { Room } from '../ports.ts'
import { hashSecret } from '../secrets.ts'
import type { OidcErrors } from './adapter.ts'
import { endFamily } from './families.ts'

export function refreshTokens(room: Room, records: Adapter, InvalidGrant: OidcErrors['InvalidGrant']): Adapter {
  const { store, clock } = room.ports
  const rowOf = { model: 'RefreshToken' } as const
  return {
    ...records,
    async consume(id) {
      const first = await store.write(async (tx) => {
        const taken = await tx.updateTable('oidc_record').set({ consumed_at: clock.now() }).where('model', '=', rowOf.model)
          .where('id_hash', '=', hashSecret(id)).where('consumed_at', 'is', null).executeTakeFirst()
        if (taken.numUpdatedRows === 1n) return true
        const row = await tx.selectFrom('oidc_record').select('grant_hash').where('model', '=', rowOf.model).where('id_hash', '=', hashSecret(id)).executeTakeFirst()
        if (row?.grant_hash) await endFamily(room, tx, row.grant_hash, 'replayed')
        return false
      })
      if (!first) throw new InvalidGrant('refresh token already used')
    },
    /** At a revocation, and when one was used before. */
    destroy: (id) => store.write(async (tx) => {
      const row = await tx.selectFrom('oidc_record').selectAll().where('model', '=', rowOf.model).where('id_hash', '=', hashSecret(id)).executeTakeFirst()
      if (row?.grant_hash) await endFamily(room, tx, row.grant_hash, row.consumed_at === null ? 'signed-out' : 'replayed')
    }),
  }
}
