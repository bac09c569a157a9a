/**
 * Notices: who is told what, over which channels. People are told about themselves on their own page always, and by e-mail where
 * they have an address; what waits for a countersignature is told to whoever may give it, and to the operator's webhook and chat.
 *
 * A message is a pointer. The adversary who sends one of their own making gains what any phishing mail gains: so ours never hold a
 * button that does something, and the real page asks for the code.
 */
import type { Notice, Notices, People, Profiles } from '../../identity/index.ts'
import type { Clock } from '../../platform/clock.ts'
import { newId } from '../../platform/ids.ts'
import type { Random } from '../../platform/random.ts'
import type { Db, Store, Tx } from '../../platform/store/store.ts'
import { afterCommit } from '../../platform/store/unit.ts'
import type { Channel } from './channel.ts'
import { alarmMessage, personalMessage, waitingMessage } from './message.ts'
import type { Message, Waiting } from './message.ts'
import { deliver, enqueue, sweep } from './outbox.ts'
import type { Failure } from './outbox.ts'

export type NoticesDeps = {
  store: Store
  clock: Clock
  random: Random
  origin: string
  channels: readonly Channel[]
  /** Known once identity stands: it is told of things while it is put together. */
  people: () => People
  profiles: () => Pick<Profiles, 'of'>
  failed: Failure
}

/** A request that waits, and who may answer it. */
export type Asked = Waiting & { requesterId: string; selfStepUp: boolean; approverRole: string; approvals: number; reach: string }

/** Something is wrong with a workspace's state. `path` is a page of ours. */
export type Alarm = { workspace: string; what: string; sentence: string; path: string }

/** `what` is a short word for programs. */
export type Trouble = { what: string; title: string; sentence: string }

export interface NoticeDesk extends Notices {
  waiting(tx: Tx, asked: Asked): Promise<void>
  /** To everybody who looks after that workspace, and to the operator's webhook and chat. */
  alarm(tx: Tx, alarm: Alarm): Promise<void>
  /** Something is wrong with the installation: to its owners, and to the operator's webhook and chat. */
  trouble(tx: Tx, trouble: Trouble): Promise<void>
  /** A person's own, newest first. */
  of(db: Db | Tx, person: string): Promise<{ id: string; kind: string; text: string; at: number }[]>
  deliver(): Promise<number>
  sweep(): Promise<void>
}

const personalWaits = 7 * 86_400_000

export function createNoticeDesk(deps: NoticesDeps): NoticeDesk {
  let running: Promise<number> | null = null
  const run = (): Promise<number> => (running ??= deliver(deps, deps.channels, deps.failed).finally(() => (running = null)))
  /** Soon after the commit, and not in its way; what fails is tried again by the job. */
  const wake = (tx: Tx): void => {
    if (deps.channels.length > 0) afterCommit(tx, () => void run().catch(() => undefined))
  }
  const spread = async (tx: Tx, message: Message, people: readonly string[]): Promise<void> => {
    const until = deps.clock.now() + personalWaits
    for (const person of people) await tx.insertInto('notice').values({ id: newId('ntc', deps.clock, deps.random), person, kind: message.kind, text: message.summary, at: deps.clock.now() }).execute()
    await byMail(deps, tx, people, message, until)
    for (const { name, addressed } of deps.channels) {
      if (!addressed) await enqueue(deps, tx, { channel: name, recipient: '', message, until })
    }
    wake(tx)
  }
  return {
    async tell(tx, notice) {
      const message = personalMessage(notice, deps.origin)
      await tx.insertInto('notice').values({ id: newId('ntc', deps.clock, deps.random), person: notice.person, kind: notice.kind, text: message.summary, at: deps.clock.now() }).execute()
      await byMail(deps, tx, [notice.person], message, deps.clock.now() + personalWaits)
      wake(tx)
    },
    async waiting(tx, asked) {
      const message = waitingMessage(asked, deps.origin)
      await byMail(deps, tx, await whoMayAnswer(deps, tx, asked), message, asked.expiresAt)
      for (const { name, addressed } of deps.channels) {
        if (!addressed) await enqueue(deps, tx, { channel: name, recipient: '', message, until: asked.expiresAt })
      }
      wake(tx)
    },
    alarm: async (tx, alarm) => await spread(tx, alarmMessage(alarm, deps.origin), await whoLooksAfter(deps, tx, alarm.workspace, keepers)),
    trouble: async (tx, { what, title, sentence }) => await spread(tx, { kind: what, title, summary: sentence, code: '', link: `${deps.origin}/`, expiresAt: '' }, await whoLooksAfter(deps, tx, null, ['owner'])),
    of: (db, person) => db.selectFrom('notice').select(['id', 'kind', 'text', 'at']).where('person', '=', person).orderBy('at', 'desc').limit(50).execute(),
    deliver: run,
    sweep: () => sweep(deps),
  }
}

async function byMail(deps: NoticesDeps, tx: Tx, people: readonly string[], message: Message, until: number): Promise<void> {
  if (!deps.channels.some(({ addressed }) => addressed)) return
  for (const person of people) {
    const email = (await deps.profiles().of(tx, person))?.email ?? ''
    if (email !== '') await enqueue(deps, tx, { channel: 'email', recipient: email, message, until })
  }
}

/** The requester where their own touch is asked for, and those whose role lets them approve; not the requester among these. */
async function whoMayAnswer(deps: NoticesDeps, tx: Tx, asked: Asked): Promise<string[]> {
  const people = deps.people()
  const answering = asked.selfStepUp ? [asked.requesterId] : []
  if (asked.approvals === 0) return answering
  for (const { id } of await people.all(tx)) {
    if (id === asked.requesterId || (await people.same(tx, id, asked.requesterId))) continue
    if ((await people.rolesOf(tx, id, asked.reach)).includes(asked.approverRole)) answering.push(id)
  }
  return answering
}

const keepers = ['owner', 'manager', 'operator']

/** `over` null: the organisation. */
async function whoLooksAfter(deps: NoticesDeps, tx: Tx, over: string | null, roles: readonly string[]): Promise<string[]> {
  const people = deps.people()
  const found: string[] = []
  for (const { id } of await people.all(tx)) if ((await people.rolesOf(tx, id, over)).some((role) => roles.includes(role))) found.push(id)
  return found
}

export type { Notice }
