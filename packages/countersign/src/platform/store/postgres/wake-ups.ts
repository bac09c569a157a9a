/**
 * Wake-ups from other servers on the same database, by LISTEN and NOTIFY. They are sent when the unit is committed, on a connection of
 * their own: NOTIFY inside units would make all commits of the database wait for one another.
 *
 * Not guaranteed: that every one arrives. A server that dies between commit and NOTIFY, or a connection that was lost, loses some. So
 * whoever listens is told of each gap and looks at everything again, and every wait is bounded and looks once more at its end.
 */
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import type { Peers } from '../store.ts'
import type { DatabaseAddress } from './address.ts'
import { clientConfig, type Sessions } from './sessions.ts'

const CHANNEL = 'countersign_changed'
const AGAIN_MS = { first: 250, most: 10_000 }

export function createPeers(address: DatabaseAddress, sessions: Sessions): Peers & { close(): Promise<void> } {
  const self = randomUUID()
  const heard: ((topic: string | null) => void)[] = []
  const tellAll = (topic: string | null): void => heard.forEach((one) => one(topic))
  const waiting = new Set<string>()
  let sending: Promise<void> | null = null
  let listening: { stop(): Promise<void> } | null = null

  /** One statement for all that changed meanwhile. That it fails is no matter: see above. */
  const send = async (): Promise<void> => {
    while (waiting.size > 0) {
      const topics = [...waiting]
      waiting.clear()
      await notifyAll(sessions, topics.map((topic) => `${self} ${topic}`)).catch(() => undefined)
    }
    sending = null
  }

  return {
    tell(topic) {
      waiting.add(topic)
      sending ??= Promise.resolve().then(send)
    },
    hear(hear) {
      heard.push(hear)
      listening ??= listen(address, (payload) => {
        const space = payload.indexOf(' ')
        if (payload.slice(0, space) !== self) tellAll(payload.slice(space + 1))
      }, () => tellAll(null))
    },
    async close() {
      await listening?.stop()
      await sending
    },
  }
}

async function notifyAll(sessions: Sessions, payloads: string[]): Promise<void> {
  const session = await sessions.take()
  let clean = false
  try {
    const calls = payloads.map((_, at) => `pg_notify('${CHANNEL}', $${at + 1})`)
    await session.query(`select ${calls.join(', ')}`, payloads, 'unit')
    clean = true
  } finally {
    session.release(!clean)
  }
}

/** Listens until it is stopped; a lost connection is made anew, and the time without it reported as a gap. */
function listen(address: DatabaseAddress, message: (payload: string) => void, gap: () => void): { stop(): Promise<void> } {
  let stopped = false
  let client: pg.Client | null = null
  let timer: NodeJS.Timeout | undefined
  let pause = AGAIN_MS.first
  let connecting: Promise<void>
  const again = (): void => {
    if (stopped) return
    timer = setTimeout(() => void (connecting = connect()), pause)
    timer.unref()
    pause = Math.min(pause * 2, AGAIN_MS.most)
  }
  const connect = async (): Promise<void> => {
    const made = new pg.Client(clientConfig(address))
    let connected = false
    client = made
    made.on('notification', ({ payload }) => message(payload ?? ''))
    made.on('error', () => undefined)
    made.once('end', () => {
      if (connected) again()
    })
    try {
      await made.connect()
      connected = true
      await made.query(`LISTEN ${CHANNEL}`)
      pause = AGAIN_MS.first
      // What was said before this moment was said to nobody.
      gap()
    } catch {
      if (!connected) again()
      await made.end().catch(() => undefined)
    }
  }
  connecting = connect()
  return {
    async stop() {
      stopped = true
      clearTimeout(timer)
      await connecting
      await client?.end().catch(() => undefined)
    },
  }
}
