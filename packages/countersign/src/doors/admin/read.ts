/** What the admin door shows: the policy and its changes, the ledger, the directory, the trust file. */
import type { TrustFile } from '@countersign/proof'
import type { Authorized } from '../../gate/index.ts'
import { rfc3339 } from '../../platform/clock.ts'
import type { PolicyVersion } from '../../policy/index.ts'
import { AdminError } from './errors.ts'
import { versionsOf } from './policy-pin.ts'
import type { AdminDeps } from './ports.ts'

export async function showPolicy(deps: AdminDeps, _: Authorized<'policy.read'>) {
  const policy = deps.pin.current()
  return deps.store.read(async (db) => {
    const row = await db.selectFrom('policy_version').select(['at', 'changed_by', 'seq']).orderBy('seq', 'desc').executeTakeFirstOrThrow()
    return {
      yaml: policy.text,
      digest: policy.digest,
      version: row.seq,
      changedAt: rfc3339(row.at),
      changedBy: row.changed_by,
      demonstration: policy.demonstration,
    }
  })
}

/** What a terminal needs to see for itself that a policy allows something. */
export async function showChain(deps: AdminDeps, _: Authorized<'policy.read'>): Promise<{ versions: PolicyVersion[] }> {
  return deps.store.read(async (db) => ({ versions: await versionsOf(db) }))
}

export async function showChange(deps: AdminDeps, _: Authorized<'policy.read'>, input: { id: string; seconds: number; signal: AbortSignal }) {
  const now = await changeView(deps, input.id)
  if (now.status !== 'waiting' || input.seconds === 0) return now
  const settled = await deps.notify.waitUntil(input.id, async () => {
    const view = await changeView(deps, input.id)
    return view.status === 'waiting' ? undefined : view
  }, input.seconds * 1000, input.signal)
  return settled ?? changeView(deps, input.id)
}

export type ChangeView = Awaited<ReturnType<typeof changeView>>

export async function changeView(deps: AdminDeps, id: string) {
  return deps.store.read(async (db) => {
    const change = await db.selectFrom('policy_change').selectAll().where('id', '=', id).executeTakeFirst()
    const { challenge } = await deps.gate.standing(db, id)
    if (!change || !challenge) throw new AdminError('policy_change_not_found', 'There is no such change of the policy.', 'Ask for it again.')
    return {
      id, status: challenge.status, code: challenge.code, subject: challenge.subject, from: change.from_digest, to: change.to_digest,
      expiresAt: rfc3339(challenge.expiresAt), countersignatures: challenge.signed.map((one) => one.countersignature),
    }
  })
}

/** Both texts of a change, for the person who reads before countersigning. */
export async function changeTexts(deps: AdminDeps, _: Authorized<'challenge.read'>, id: string): Promise<{ from: string; to: string }> {
  return deps.store.read(async (db) => {
    const change = await db.selectFrom('policy_change').selectAll().where('id', '=', id).executeTakeFirst()
    const before = change && (await db.selectFrom('policy_version').select('text').where('digest', '=', change.from_digest).executeTakeFirst())
    if (!change || !before) throw new AdminError('policy_change_not_found', 'There is no such change of the policy.', 'Ask for it again.')
    return { from: before.text, to: change.text }
  })
}

type Reading = Authorized<'ledger.read'>

export async function showCheckpoint(deps: AdminDeps, _: Reading) {
  const { note, size, root } = await deps.ledger.checkpoint()
  return { checkpoint: note, size, root }
}

export async function proveConsistency(deps: AdminDeps, _: Reading, input: { from: number; to: number }): Promise<{ proof: string[] }> {
  const { size } = await deps.ledger.checkpoint()
  if (input.from > input.to || input.to > size) {
    throw new AdminError(
      'entries_not_found',
      `The ledger has ${size} leaves; ${input.from} to ${input.to} is not a part of it.`,
      'If you have seen a larger one, this server lost history: do not use it, and keep your checkpoint.',
    )
  }
  return { proof: await deps.ledger.consistency(input.from, input.to) }
}

/**
 * The leaves are everybody's, so that anybody can check the tree. What lies beside them speaks of every workspace (what was asked
 * there, decided, and became of it): that is for those who read all of the organisation. To others it is as if it had been erased.
 */
export async function showEntries(deps: AdminDeps, by: Reading, input: { from: number; limit: number }) {
  const whole = await deps.store.read((db) => deps.gate.permitted(db, by, ''))
  const entries = await deps.ledger.entries(input.from, input.limit)
  return { entries: entries.map(({ index, leaf, salt, details }) => ({ index, leaf, salt: whole ? salt : '', details: whole ? details : null })) }
}

export async function showDirectory(deps: AdminDeps, _: Reading) {
  return deps.store.read(async (db) => ({ entries: await deps.directory.entries(db), ...(await deps.directory.head(db)) }))
}

export async function showTrust(deps: AdminDeps, _: Reading): Promise<TrustFile> {
  return deps.trust()
}
