/**
 * Asking for something about a state, and waiting for the answer. One mechanism for all of it: what is wanted is compared with how the
 * workspace stands, a statement is made of both, and the gate decides. What is granted is then redeemed (redeem.ts), or has its effect
 * in the unit in which the last person touches their key (effects.ts).
 */
import { formatCode } from '@countersign/proof'
import type { StateAction } from '@countersign/proof'
import type { ActionName, Authorized } from '../../gate/index.ts'
import { rfc3339 } from '../../platform/clock.ts'
import { newId } from '../../platform/ids.ts'
import type { Db, Tx } from '../../platform/store/store.ts'
import type { Reason } from '../../policy/index.ts'
import { askGate, noChanges } from './ask.ts'
import type { Question } from './ask.ts'
import { changesOf } from './changes.ts'
import { requestActions } from './claims.ts'
import type { Asked, RequestAction } from './claims.ts'
import { StateError } from './errors.ts'
import { differencesOf } from './facts.ts'
import { allOf, broughtBackFor } from './goes.ts'
import { deletedTogether, measure, refuseUnfit } from './measure.ts'
import type { Measured, Wanted } from './measure.ts'
import type { StateDeps } from './ports.ts'
import { openRequestsOf } from './queries.ts'
import { standingOf } from './standing.ts'
import { findRequest, insertRequest } from './store.ts'
import type { RequestRow, VersionRow } from './store.ts'
import { requestsOf } from './topics.ts'
import type { RequestResult, RequestStatus, RequestView, WaitingView } from './views.ts'
import { referenceTo } from './versions.ts'

/** What the row remembers beside the statement. */
export type Remembered = { purpose: string; replace: boolean; size: number; run: string; /** The newest version of a whole state that is to be restored: what the statement's changes were read from. */ newest: string }
export const nothingRemembered: Remembered = { purpose: '', replace: false, size: 0, run: '', newest: '' }
export const rememberedOf = (row: RequestRow): Remembered => ({ ...nothingRemembered, ...(row.asked === null ? {} : (JSON.parse(row.asked) as Partial<Remembered>)) })

/** A run's credential is got at once or not at all. */
const RUN_REQUEST_LASTS = 15 * 60_000
/** Seconds that a credential lives at most: a person works with it for a day, and nobody finds it the day after. */
const LONGEST = { plan: 12 * 3600, apply: 8 * 3600 }

/** The longest that a statement can say. */

export async function askFor(deps: StateDeps, by: Authorized<ActionName>, asked: Asked): Promise<RequestView> {
  const wanted = wantedOf(asked)
  const { seen, newest } = await deps.store.read(async (db) => {
    await deps.gate.permits(db, by, asked.workspace)
    const measured = await measure(deps, db, wanted)
    await refuseUnfit(db, measured, wanted)
    const [last] = wanted.whole && wanted.action === 'state.restore' && measured.workspace ? await deletedTogether(db, measured.workspace.id) : []
    return { seen: measured, newest: last ?? null }
  })
  const changes = await changesAsked(deps, seen, wanted, newest)
  return deps.store.write(async (tx) => {
    const measured = await measure(deps, tx, wanted)
    await refuseUnfit(tx, measured, wanted)
    refuseMoved(seen, measured)
    const row = await askGate(deps, tx, by as Authorized<StateAction>, {
      name: asked.workspace, ...grantedOf(deps, asked), changes, whole: wanted.whole, ...targetOf(measured, wanted), ...(wanted.action === 'state.force-unlock' ? { lock: lockOf(measured) } : {}),
      asked: JSON.stringify({ purpose: asked.purpose, replace: asked.replace, size: asked.size ?? 0, run: '', newest: newest?.id ?? '' } satisfies Remembered),
    })
    return requestView(deps, tx, row)
  })
}

/** For a run whose apply was started: no prompt, its lease is the proof. Once for each run. */
export async function askForRun(deps: StateDeps, by: Authorized<'state.run-credential'>, asked: Asked): Promise<RequestView> {
  const { run = '', lease = '' } = asked
  if (run === '' || lease === '') throw new StateError('request_incomplete', 'For which run was not said.', 'Name the run, and the lease that starting it answered.')
  return deps.store.write(async (tx) => {
    await deps.gate.permits(tx, by, asked.workspace)
    const going = await deps.runs.applying(tx, run, { person: by.actor.id, executor: by.actor.executor, lease })
    if (!going || going.workspace !== asked.workspace) throw new StateError('credential_scope', 'This run is not being applied by you, from this terminal, in this workspace.', 'Start the apply of a countersigned run first.')
    const id = newId('sta', deps.clock, deps.random)
    const now = deps.clock.now()
    await insertRequest(deps, tx, {
      id, action: 'state.run-credential', workspace_name: asked.workspace, requester: by.actor.id, requester_name: by.actor.name, executor: by.actor.executor, source: by.actor.source.address, same: '',
      subject: '', subject_digest: '', code: going.code, decision: 'allow', reasons: '[]', allowed_grant: '', created_at: now, expires_at: now + RUN_REQUEST_LASTS, done_at: null, result: '',
      asked: JSON.stringify({ ...nothingRemembered, run } satisfies Remembered),
    })
    return requestView(deps, tx, await existing(tx, id))
  })
}

export function wantedOf(asked: Asked): Wanted {
  const { digest, lineage, serial, size } = asked
  if (asked.action === 'state.import' && (digest === undefined || lineage === undefined || serial === undefined || size === undefined)) {
    throw new StateError('request_incomplete', 'What is to be imported was not said.', 'Name its digest, lineage, serial and size.')
  }
  if (asked.action === 'state.credential' && asked.phase === undefined) throw new StateError('request_incomplete', 'What the credential is for was not said.', 'Ask for the phase plan or apply.')
  const whole = asked.whole && (asked.action === 'state.delete' || asked.action === 'state.restore')
  return {
    action: asked.action, name: asked.workspace, version: whole || !aboutVersion.has(asked.action) ? 0 : (asked.version ?? 0), whole, replace: asked.replace,
    body: asked.action === 'state.import' ? { digest: digest ?? '', lineage: lineage ?? '', serial: serial ?? 0 } : null,
  }
}

const aboutVersion: ReadonlySet<RequestAction> = new Set(['state.rollback', 'state.delete', 'state.restore', 'state.accept', 'state.discard'])

function targetOf({ target }: Measured, { body }: Wanted): Pick<Question, 'target'> {
  if (body) return { target: { version: 0, ...body } }
  return target ? { target: referenceTo(target) } : {}
}

/** A credential's phase, tier and life; the tier of a reading. A narrower tier than the whole state only reads. */
function grantedOf(deps: StateDeps, asked: Asked): Pick<Question, 'phase' | 'tier' | 'lasts'> {
  if (asked.action === 'state.import' && (asked.size ?? 0) > deps.limits.largest) throw new StateError('state_too_large', `The state to import has ${asked.size} bytes, more than the ${deps.limits.largest} that this server keeps.`, 'Split the configuration into several workspaces, or raise state_limit.')
  if (asked.action === 'state.credential') {
    const phase = asked.tier === 'full' ? (asked.phase ?? 'plan') : 'plan'
    return { phase, tier: asked.tier, lasts: Math.min(asked.lasts ?? LONGEST[phase], LONGEST[phase]) }
  }
  // What is deleted or discarded can be brought back for so long: whoever countersigns it reads that.
  if (asked.action === 'state.delete' || asked.action === 'state.discard') return { lasts: broughtBackFor(deps) }
  const tiers: Partial<Record<RequestAction, Question['tier']>> = { 'state.read': 'full', 'state.read-redacted': 'redacted', 'state.read-outputs': 'outputs' }
  const tier = tiers[asked.action]
  return tier === undefined ? {} : { tier }
}

function lockOf({ lock }: Measured): NonNullable<Question['lock']> {
  const info = JSON.parse(lock?.info ?? '{}') as { Operation?: unknown; Who?: unknown; Info?: unknown }
  return { digest: lock?.lock ?? '', operation: cut(info.Operation, 256), who: cut(info.Who, 1024), info: cut(info.Info, 4096) }
}

const cut = (value: unknown, most: number): string => (typeof value === 'string' ? Buffer.from(value).subarray(0, most).toString('utf8').replaceAll('\ufffd', '') : '')

/** What becoming current would change, as the person reads it. Facts are opened before the unit: nothing waits while they are. */
async function changesAsked(deps: StateDeps, { current, target }: Measured, wanted: Wanted, newest: VersionRow | null) {
  const become = async (from: VersionRow | null, to: VersionRow | null) => (to ? changesOf(await differencesOf(deps, from, to)) : noChanges)
  if (wanted.action === 'state.rollback' || wanted.action === 'state.accept') return become(current, target)
  if (!wanted.whole) return noChanges
  if (wanted.action === 'state.delete') return allOf(deps, current)
  return become(null, newest)
}

function refuseMoved(seen: Measured, now: Measured): void {
  if (seen.current?.id === now.current?.id && seen.target?.status === now.target?.status) return
  throw new StateError('state_mismatch', 'The state was changed while this was asked.', 'Look at it again, then ask again.')
}

export async function existing(db: Db | Tx, id: string): Promise<RequestRow> {
  const row = await findRequest(db, id)
  if (row) return row
  throw notFound()
}

function notFound(): StateError {
  return new StateError('request_not_found', 'There is no such request.', 'Ask again.')
}

/** Which action it was asked for: what the one who redeems it has to be permitted. */
export async function actionOf(deps: StateDeps, id: string): Promise<RequestAction | null> {
  const row = await deps.store.read((db) => findRequest(db, id))
  return requestActions.find((action) => action === row?.action) ?? null
}

type Waiting = { seconds: number; since: number | null; signal: AbortSignal }

/** One's own, and those about workspaces that one may read. */
export async function readableRequest(deps: StateDeps, db: Db, by: Authorized<'state.list'>, id: string): Promise<RequestRow> {
  const row = await existing(db, id)
  if (row.requester === by.actor.id || (await deps.gate.permitted(db, by, row.workspace_name))) return row
  throw notFound()
}

export async function awaitRequest(deps: StateDeps, by: Authorized<'state.list'>, input: Waiting & { id: string }): Promise<RequestView> {
  const look = () => deps.store.read(async (db) => requestView(deps, db, await readableRequest(deps, db, by, input.id)))
  return waitFor(deps, { ...input, topic: input.id, look, until: (view) => Date.parse(view.expiresAt) })
}

export async function awaitWaiting(deps: StateDeps, by: Authorized<'state.list'>, input: Waiting): Promise<WaitingView> {
  const look = async (): Promise<WaitingView> => deps.store.read(async (db) => {
    const rows = await openRequestsOf(db, by.actor.id, deps.clock.now())
    const views = await Promise.all(rows.map((row) => requestView(deps, db, row)))
    const requests = views.filter(({ status }) => status === 'waiting' || status === 'granted' || status === 'allowed')
    return { version: versionFrom(requests.map(({ id, version }) => `${id} ${version}`).join()), requests }
  })
  return waitFor(deps, { ...input, topic: requestsOf(by.actor.id), look, until: () => Number.MAX_SAFE_INTEGER })
}

/** Expiry is no event of the database: whoever waits wakes for it by itself. */
async function waitFor<V extends { version: number }>(deps: StateDeps, given: Waiting & { topic: string; look: () => Promise<V>; until: (view: V) => number }): Promise<V> {
  const now = await given.look()
  const since = given.since ?? now.version
  if (now.version !== since || given.seconds === 0) return now
  const left = given.until(now) - deps.clock.now()
  const changed = await deps.notify.waitUntil(given.topic, async () => {
    const view = await given.look()
    return view.version === since ? undefined : view
  }, Math.min(given.seconds * 1000, left > 0 ? left + 1 : Number.MAX_SAFE_INTEGER), given.signal)
  return changed ?? given.look()
}

/** A number that is another one when the text is. */
function versionFrom(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0
  return hash
}

export async function requestView(deps: StateDeps, db: Db | Tx, row: RequestRow): Promise<RequestView> {
  const standing = await deps.gate.standing(db, row.id)
  const result = row.result === '' ? null : ({ version: 0, credential: '', refused: '', next: '', ...(JSON.parse(row.result) as Partial<RequestResult>) } satisfies RequestResult)
  const status = await statusOf(deps, db, row, result)
  const signed = standing.challenge?.signed ?? []
  return {
    id: row.id, action: row.action, workspace: row.workspace_name, status, version: order.indexOf(status) * 100 + signed.length, decision: row.decision, reasons: JSON.parse(row.reasons) as Reason[],
    subject: row.subject, digest: row.subject_digest, code: formatCode(row.code), url: `${deps.place.origin}/c/${formatCode(row.code)}`,
    requester: { id: row.requester, name: row.requester_name }, executor: row.executor, source: row.source, createdAt: rfc3339(row.created_at),
    expiresAt: rfc3339(status === 'granted' && standing.grant ? standing.grant.expiresAt : row.expires_at),
    countersignatures: signed.map(({ countersignature }) => countersignature),
    signed: signed.map(({ person, name, role, at, label }) => ({ person, name, role, at: rfc3339(at), label })), result,
  }
}

const order: readonly RequestStatus[] = ['waiting', 'allowed', 'granted', 'denied', 'expired', 'cancelled', 'void', 'done']

async function statusOf(deps: StateDeps, db: Db | Tx, row: RequestRow, result: RequestResult | null): Promise<RequestStatus> {
  if (row.done_at === null && row.action === 'state.run-credential') return row.expires_at > deps.clock.now() ? 'allowed' : 'expired'
  const { status } = await standingOf(deps, db, row)
  return status === 'done' && result && result.refused !== '' ? 'void' : status
}
