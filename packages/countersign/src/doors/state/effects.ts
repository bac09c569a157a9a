/**
 * What happens in the unit in which the last person touches their key. Between the question and that moment somebody may have written,
 * rolled back, or decided otherwise: so everything the statement names is compared with how it is now, by the rules that it was asked by.
 * If it is not so any more, nothing happens to the state: the countersignature is spent all the same, the refusal is a leaf, and whoever
 * asked is told. It never happens later, and never to something else.
 */
import { isDeepStrictEqual } from 'node:util'
import { parseSubject } from '@countersign/proof'
import type { StateSubject } from '@countersign/proof'
import type { ActionName, Completed, Effects } from '../../gate/index.ts'
import { GateError } from '../../gate/index.ts'
import { newId } from '../../platform/ids.ts'
import type { Tx } from '../../platform/store/store.ts'
import { afterCommit } from '../../platform/store/unit.ts'
import { endOfLine } from './end-of-line.ts'
import { StateError } from './errors.ts'
import { deletedTogether, measure, refuseUnfit } from './measure.ts'
import type { Measured, Wanted } from './measure.ts'
import type { StateDeps } from './ports.ts'
import { countQuarantined, versionsWith } from './queries.ts'
import { rememberedOf } from './requests.ts'
import { believeRequest, seen, useOf } from './rights.ts'
import { serialAgain } from './serial.ts'
import { deleteLock, findRequest, finishRequest, insertEndedLock, updateVersion, updateWorkspace } from './store.ts'
import type { RequestRow, VersionRow, WorkspaceRow } from './store.ts'
import { requestsOf } from './topics.ts'
import type { RequestResult } from './views.ts'
import { clearHead, effectOf, freeze, keep, referenceTo, restoreHead, thaw, topicOf } from './versions.ts'
import type { Maker } from './versions.ts'

type EffectAction = 'state.rollback' | 'state.delete' | 'state.restore' | 'state.accept' | 'state.discard' | 'state.force-unlock'

type Effect = { deps: StateDeps; tx: Tx; request: RequestRow; subject: StateSubject; workspace: WorkspaceRow; measured: Measured; now: number }

/** Each row: what happens. @returns the number of the version that the result names */
const effects: Record<EffectAction, (effect: Effect) => Promise<number>> = {
  'state.rollback': rollBack,
  'state.delete': remove,
  'state.restore': restore,
  'state.accept': accept,
  'state.discard': discard,
  'state.force-unlock': forceUnlock,
}

export function stateEffects(deps: StateDeps): Effects {
  return { state: (tx, completed) => takeEffect(deps, tx, completed) }
}

async function takeEffect(deps: StateDeps, tx: Tx, { challenge, grant }: Completed): Promise<void> {
  afterCommit(tx, () => deps.notify.changed(requestsOf(challenge.requester)))
  const subject = parseSubject(challenge.subject)
  if (subject.kind !== 'state' || !isEffect(subject.action)) return
  const request = await findRequest(tx, challenge.ref)
  if (!request) throw new StateError('request_not_found', 'There is no such request.', 'Ask again.')
  believeRequest(deps, request)
  await deps.gate.covers(tx, { grant, action: challenge.action as ActionName, subjectDigest: challenge.subject_digest, actor: challenge.requester, executor: challenge.executor })
  const refusal = await outcomeOf(deps, tx, request, { ...subject, action: subject.action })
  afterCommit(tx, () => deps.notify.changed(request.id))
  const done: RequestResult = typeof refusal === 'number' ? { version: refusal, credential: '', refused: '', next: '' } : { version: 0, credential: '', refused: refusal.message, next: refusal.next }
  if (!(await finishRequest(tx, request.id, deps.clock.now(), done))) throw new StateError('request_done', 'This has had its effect already.', 'Nothing more needs to be done.')
}

const isEffect = (action: StateSubject['action']): action is EffectAction => Object.hasOwn(effects, action)

/** A refusal is a value here: thrown, it would take the countersignature back, and the same statement could have its effect later. */
async function outcomeOf(deps: StateDeps, tx: Tx, request: RequestRow, subject: StateSubject & { action: EffectAction }): Promise<number | StateError> {
  try {
    const wanted: Wanted = { action: subject.action, name: subject.workspace.name, version: subject.target.version, whole: subject.whole, replace: rememberedOf(request).replace, body: null }
    const measured = await measure(deps, tx, wanted)
    await refuseUnfit(tx, measured, wanted)
    refuseOther(measured, subject)
    const { workspace } = measured
    if (!workspace) throw moved('there is no state of it any more')
    const version = await effects[subject.action]({ deps, tx, request, subject, workspace, measured, now: deps.clock.now() })
    afterCommit(tx, () => deps.notify.changed(topicOf(workspace.id)))
    return version
  } catch (error) {
    if (!(error instanceof StateError)) throw error
    await deps.ledger.append(tx, { type: 'state.refused', ids: { ref: request.id, person: request.requester }, details: { action: subject.action, workspace: subject.workspace.name, code: error.code, subjectDigest: request.subject_digest } })
    return error
  }
}

/** Number, lineage, serial and digest, of what is current and of what it is about: another one is another statement. */
function refuseOther(measured: Measured, subject: StateSubject): void {
  if (!isDeepStrictEqual(referenceTo(measured.current), subject.state)) throw moved('another version is current now')
  if (!isDeepStrictEqual(referenceTo(measured.target), subject.target)) throw moved('the version that it is about is another one now')
  if (subject.action === 'state.force-unlock' && measured.lock?.lock !== subject.lock.digest) throw moved('another lock is held now')
}

function moved(what: string): StateError {
  return new StateError('state_mismatch', `This was countersigned, and nothing was changed: ${what}.`, 'Look at the workspace again, then ask again.')
}

const makerOf = ({ request }: Effect): Maker => ({ person: request.requester, person_name: request.requester_name, credential: '', run: '', lock: '', evidence: request.code, source: request.source })

/** The version that it is about becomes current again, as a version of its own whose bytes stay sealed where they are. */
async function becomesCurrent(effect: Effect, target: VersionRow, origin: 'rollback' | 'accepted', why: string): Promise<number> {
  const { deps, tx, workspace, measured } = effect
  const opaque = (JSON.parse(target.counts) as { opaque?: boolean }).opaque === true
  const serial = opaque ? target.serial : serialAgain(target.serial, target.lineage, measured.serials)
  const number = await keep(deps, tx, workspace, { origin, maker: makerOf(effect), from: target, serial, id: newId('stv', deps.clock, deps.random) })
  await endOfLine(deps, tx, workspace, { lineage: target.lineage, serial, why })
  return number
}

/** Where what is current stays, a difference between effect and consent that it holds was not decided about. */
async function thawIfDecided({ deps, tx, workspace, request }: Effect, stays: 'nothing else became current' | '' = ''): Promise<void> {
  if (workspace.frozen_at === null || (await countQuarantined(tx, workspace.id)) > 0) return
  const undecided = stays === '' ? '' : effectOf(workspace.frozen_why)
  if (undecided !== '') return updateWorkspace(tx, workspace.id, { frozen_why: undecided, updated_at: deps.clock.now() })
  await thaw(deps, tx, workspace, { person: request.requester, request: request.id })
}

async function record({ deps, tx, workspace, request }: Effect, what: string, details: Record<string, string | number>, more: Record<string, string> = {}): Promise<{ readonly index: number }> {
  return deps.ledger.append(tx, { type: `state.${what}`, ids: { ref: request.id, state: workspace.id, person: request.requester, ...more }, details: { workspace: workspace.name, evidence: request.code, ...details } })
}

async function rollBack(effect: Effect): Promise<number> {
  const target = targetOf(effect)
  const number = await becomesCurrent(effect, target, 'rollback', 'the state was rolled back')
  await record(effect, 'rolled-back', { version: number, from: target.number, digest: target.digest })
  await thawIfDecided(effect)
  return number
}

/** A write that was set aside becomes current; or, where the effect of a run differed from its consent, what is current stays and is accepted. */
async function accept(effect: Effect): Promise<number> {
  const target = targetOf(effect)
  if (target.number === effect.measured.current?.number) {
    await record(effect, 'effect-accepted', { version: target.number, digest: target.digest })
    await thawIfDecided(effect)
    return target.number
  }
  await updateVersion(effect.tx, target.id, ['quarantined'], { status: 'kept' })
  const number = await becomesCurrent(effect, target, 'accepted', 'a write that was in quarantine was accepted')
  await record(effect, 'accepted', { version: number, from: target.number, digest: target.digest })
  await thawIfDecided(effect)
  return number
}

async function discard(effect: Effect): Promise<number> {
  const target = targetOf(effect)
  await updateVersion(effect.tx, target.id, ['quarantined'], { status: 'discarded', deleted_at: effect.now, destroy_at: effect.now + effect.deps.limits.deletedFor })
  await record(effect, 'discarded', { version: target.number, digest: target.digest })
  await thawIfDecided(effect, 'nothing else became current')
  return target.number
}

async function remove(effect: Effect): Promise<number> {
  const { deps, tx, workspace, subject, request, now } = effect
  const gone = { status: 'deleted' as const, deleted_at: now, destroy_at: now + deps.limits.deletedFor }
  if (!subject.whole) {
    const target = targetOf(effect)
    await updateVersion(tx, target.id, ['kept'], gone)
    await record(effect, 'deleted', { version: target.number, digest: target.digest, whole: 0 })
    return target.number
  }
  const kept = await versionsWith(tx, workspace.id, ['kept'])
  for (const { id } of kept) await updateVersion(tx, id, ['kept'], gone)
  await clearHead(deps, tx, workspace, { person: request.requester, request: request.id })
  await endOfLine(deps, tx, workspace, { why: 'the state was deleted' })
  await record(effect, 'deleted', { version: 0, digest: subject.state.digest, whole: kept.length })
  await thawIfDecided(effect)
  return 0
}

async function restore(effect: Effect): Promise<number> {
  const { deps, tx, workspace, subject, request } = effect
  const back = { status: 'kept' as const, deleted_at: null, destroy_at: null }
  if (!subject.whole) {
    const target = targetOf(effect)
    // What never became current is no version to go back to: it waits in quarantine again.
    if (await updateVersion(tx, target.id, ['discarded'], { ...back, status: 'quarantined' })) await freeze(deps, tx, workspace, target.why)
    else await updateVersion(tx, target.id, ['deleted'], back)
    await record(effect, 'restored', { version: target.number, digest: target.digest, whole: 0 })
    return target.number
  }
  const rows = await deletedTogether(tx, workspace.id)
  const [newest] = rows
  if (!newest) throw moved('nothing of it can be restored any more')
  if (newest.id !== rememberedOf(request).newest) throw moved('something else was deleted last')
  for (const { id } of rows) await updateVersion(tx, id, ['deleted'], back)
  await restoreHead(deps, tx, workspace, newest, { person: request.requester, request: request.id })
  await record(effect, 'restored', { version: newest.number, digest: newest.digest, whole: rows.length })
  return newest.number
}

/** The holder's lock ends; a last write of theirs goes to quarantine. */
async function forceUnlock(effect: Effect): Promise<number> {
  const { deps, tx, workspace, measured, now } = effect
  const { lock } = measured
  if (!lock || !(await deleteLock(tx, workspace.id, lock.lock))) throw moved('nobody holds it any more')
  if (lock.mode === 'write') await insertEndedLock(tx, { id: newId('ste', deps.clock, deps.random), workspace: workspace.id, lock: lock.lock, credential: lock.credential, why: 'forced', ended_at: now })
  const leaf = await record(effect, 'force-unlocked', { lock: lock.lock, holder: lock.person, credential: lock.credential }, useOf(lock.id, 'over'))
  seen(deps, tx, lock.id, leaf)
  return measured.current?.number ?? 0
}

function targetOf({ measured }: Effect): VersionRow {
  if (measured.target) return measured.target
  throw new GateError('statement_invalid', 'The statement names no version.', 'Ask again.')
}
