/** State credentials as people see them, and ending them. Whoever holds one may end their own; owners and managers, everybody's. */
import type { Authorized } from '../../gate/index.ts'
import { rfc3339 } from '../../platform/clock.ts'
import type { Db, Tx } from '../../platform/store/store.ts'
import { StateError } from './errors.ts'
import type { StateDeps } from './ports.ts'
import { credentialsOf, revokeCredentials } from './queries.ts'
import { findCredential } from './store.ts'
import type { CredentialRow } from './store.ts'
import type { CredentialView } from './views.ts'

type By = Authorized<'state.list'>

const keepers = ['owner', 'manager']

/** Scopes over which they look after people. */
async function kept(deps: StateDeps, db: Db | Tx, by: By): Promise<string[]> {
  return (await deps.held(db, by.actor.id)).filter(({ role }) => keepers.includes(role)).map(({ scope }) => scope)
}

export async function listCredentials(deps: StateDeps, by: By): Promise<CredentialView[]> {
  return deps.store.read(async (db) => {
    const own = await credentialsOf(db, { person: by.actor.id })
    const others = await credentialsOf(db, { scopes: await kept(deps, db, by) })
    const rows = [...own, ...others.filter(({ id }) => !own.some((row) => row.id === id))]
    const views = []
    for (const row of rows.sort((a, b) => b.created_at - a.created_at)) {
      const out = row.revoked_at === null && (await deps.signedOut(db, { person: row.person, executor: row.executor, since: row.created_at }))
      views.push(viewOf(row, deps.clock.now(), out))
    }
    return views
  })
}

function viewOf(row: CredentialRow, now: number, signedOut: boolean): CredentialView {
  return {
    id: row.id, workspace: row.workspace_name, phase: row.phase, tier: row.tier, person: { id: row.person, name: row.person_name }, executor: row.executor, run: row.run,
    status: row.revoked_at !== null || signedOut ? 'revoked' : row.expires_at <= now ? 'expired' : 'valid', createdAt: rfc3339(row.created_at), expiresAt: rfc3339(row.expires_at),
    revokedAt: row.revoked_at === null ? null : rfc3339(row.revoked_at), revokedWhy: row.revoked_at === null && signedOut ? 'its terminal was signed out' : row.revoked_why,
    lastUsedAt: row.last_used_at === null ? null : rfc3339(row.last_used_at), lastSource: row.last_source,
  }
}

/** A lock that it holds stays, so that a last write is not lost: that write goes to quarantine. */
export async function revokeCredential(deps: StateDeps, by: By, id: string): Promise<void> {
  await deps.store.write(async (tx) => {
    const row = await findCredential(tx, id)
    const scopes = await kept(deps, tx, by)
    const may = row && (row.person === by.actor.id || scopes.some((scope) => scope === '' || row.workspace_name === scope || row.workspace_name.startsWith(`${scope}/`)))
    if (!row || !may) throw new StateError('credential_not_found', 'There is no such credential of yours.', 'List the state credentials.')
    await endCredentials(deps, tx, { id }, { why: row.person === by.actor.id ? 'revoked' : 'revoked by somebody who looks after people', by: by.actor.id })
  })
}

/** In the transaction of the reason: a request made with it was reported, its terminal was. @returns how many ended */
export async function endCredentials(deps: Pick<StateDeps, 'ledger' | 'clock'>, tx: Tx, of: { id?: string; person?: string; executor?: string }, because: { why: string; by: string }): Promise<number> {
  const ended = await revokeCredentials(tx, of, deps.clock.now(), because.why)
  for (const { id, workspace_name } of ended) {
    await deps.ledger.append(tx, { type: 'state.credential-revoked', ids: { person: because.by, credential: id, ended: id }, details: { workspace: workspace_name, why: because.why } })
  }
  return ended.length
}
