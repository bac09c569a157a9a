/**
 * What is to be sent stands in the database first, in the transaction of what it tells of: nothing is told that did not happen, and
 * nothing that happened goes untold because a mail server slept. Several servers share one outbox: whoever moves `due_at` first sends.
 */
import type { Clock } from '../../platform/clock.ts'
import { newId } from '../../platform/ids.ts'
import type { Random } from '../../platform/random.ts'
import type { Store, Tx } from '../../platform/store/store.ts'
import type { Channel } from './channel.ts'
import type { Message } from './message.ts'

type Ports = { store: Store; clock: Clock; random: Random }
export type Failure = (what: { channel: string; tries: number; error: string; givenUp: boolean }) => void

/** Seconds until the next try; after the last it is given up, and the log says so. */
const waits = [5, 30, 120, 600, 1800, 3600]
const claimedFor = 60_000
const KEPT = 30 * 86_400_000

export async function enqueue({ clock, random }: Pick<Ports, 'clock' | 'random'>, tx: Tx, to: { channel: string; recipient: string; message: Message; until: number }): Promise<void> {
  const now = clock.now()
  await tx.insertInto('notice_delivery').values({
    id: newId('ntc', clock, random), channel: to.channel, recipient: to.recipient, message: JSON.stringify(to.message), state: 'waiting', tries: 0,
    due_at: now, until: to.until, created_at: now, error: '',
  }).execute()
}

/** Sends what is due, and answers how many were sent. Never throws for a channel that fails. */
export async function deliver(ports: Ports, channels: readonly Channel[], failed: Failure): Promise<number> {
  const now = ports.clock.now()
  const due = await ports.store.read((db) => db.selectFrom('notice_delivery').selectAll().where('state', '=', 'waiting').where('due_at', '<=', now).orderBy('due_at').limit(50).execute())
  let sent = 0
  for (const one of due) {
    const channel = channels.find(({ name }) => name === one.channel)
    if (!channel || one.until <= now) {
      await settle(ports, one.id, { state: 'given-up', error: channel ? 'too late' : 'the channel is not configured any more' })
      continue
    }
    if (!(await claim(ports, one, now))) continue
    try {
      await channel.send({ id: one.id, recipient: one.recipient, message: JSON.parse(one.message) as Message, at: now })
      await settle(ports, one.id, { state: 'sent', error: '' })
      sent++
    } catch (error) {
      await later(ports, one, error instanceof Error ? error.message : String(error), failed)
    }
  }
  return sent
}

async function claim({ store }: Ports, one: { id: string; due_at: number }, now: number): Promise<boolean> {
  const moved = await store.write((tx) => tx.updateTable('notice_delivery').set((e) => ({ due_at: now + claimedFor, tries: e('tries', '+', 1) }))
    .where('id', '=', one.id).where('due_at', '=', one.due_at).where('state', '=', 'waiting').executeTakeFirst())
  return moved.numUpdatedRows === 1n
}

async function later(ports: Ports, one: { id: string; channel: string; tries: number }, error: string, failed: Failure): Promise<void> {
  const wait = waits[one.tries]
  failed({ channel: one.channel, tries: one.tries + 1, error, givenUp: wait === undefined })
  if (wait === undefined) return settle(ports, one.id, { state: 'given-up', error: error.slice(0, 200) })
  await ports.store.write((tx) => tx.updateTable('notice_delivery').set({ due_at: ports.clock.now() + wait * 1000, error: error.slice(0, 200) }).where('id', '=', one.id).execute())
}

async function settle({ store }: Ports, id: string, set: { state: 'sent' | 'given-up'; error: string }): Promise<void> {
  await store.write((tx) => tx.updateTable('notice_delivery').set(set).where('id', '=', id).execute())
}

export async function sweep({ store, clock }: Ports): Promise<void> {
  const old = clock.now() - KEPT
  await store.write(async (tx) => {
    await tx.deleteFrom('notice_delivery').where('created_at', '<', old).execute()
    await tx.deleteFrom('notice').where('at', '<', old).execute()
  })
}
