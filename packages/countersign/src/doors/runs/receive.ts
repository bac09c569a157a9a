/**
 * Receiving what asks for a run. A small body is received as others are. A large one comes straight into memory that the thread which reads
 * it shares; how much of that there is at once is bounded, and whoever finds none waits with the body unsent.
 */
import type { Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { createRoom } from '../../apart/index.ts'
import type { Held, Room } from '../../apart/index.ts'
import { DigestedBody } from '../../platform/once/index.ts'
import { Unreadable } from '../../platform/json-body.ts'
import { APART, busy } from './apart.ts'
import type { PlanReader } from './apart.ts'
import { LARGEST_REQUEST } from './asked.ts'
import { RunError } from './errors.ts'
import type { Taken } from './take.ts'

/** What the routes of this scope find as their body. */
export class SentRun extends DigestedBody {
  readonly digest: Uint8Array
  readonly body: Taken['body']

  constructor({ digest, body }: Taken) {
    super()
    this.digest = digest
    this.body = body
  }
}

/** Bodies that wait for memory at most: a client waits for half a minute as a rule. */
const WAITING = 16

/** In a scope of its own: every JSON body in it is taken as one that asks for a run. */
export function receiveRuns(app: FastifyInstance, plans: PlanReader): void {
  const room = createRoom({ bytes: 2 * LARGEST_REQUEST, queue: WAITING, errors: { left, full: busy } })
  const signals = new WeakMap<FastifyRequest, AbortSignal>()
  // Of the answer, not of the request: that one closes when its body has been read.
  app.addHook('onRequest', async (request, reply) => {
    const gone = new AbortController()
    reply.raw.once('close', () => gone.abort(left()))
    signals.set(request, gone.signal)
  })
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser('application/json', async (request: FastifyRequest, payload: Readable) => {
    const signal = signals.get(request) ?? new AbortController().signal
    const announced = announcedBy(request)
    if (announced !== null && announced > LARGEST_REQUEST) throw tooLarge()
    const { bytes, held } = await receive(payload, announced, room, signal)
    try {
      return new SentRun(await plans.take(bytes, signal))
    } finally {
      held?.leave()
    }
  })
}

const left = (): Unreadable => new Unreadable('the client left before its body was taken')
const tooLarge = (): Unreadable => new Unreadable('larger than is read', 413)

function announcedBy({ headers }: FastifyRequest): number | null {
  if (headers['transfer-encoding'] !== undefined) return null
  return Number(headers['content-length'] ?? 0)
}

/** @param announced null where it is not said how much comes: then it is large as soon as more has come than is small */
async function receive(body: Readable, announced: number | null, room: Room, signal: AbortSignal): Promise<{ bytes: Uint8Array; held: Held | null }> {
  const most = announced ?? LARGEST_REQUEST
  let small: Buffer[] = []
  let large: { held: Held; bytes: Uint8Array } | null = announced !== null && announced > APART ? await enter(room, most, signal) : null
  let used = 0
  try {
    // Left open where it is refused half-way: its client is still answered.
    for await (const piece of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      const until = used + piece.length
      if (until > most) throw announced === null ? tooLarge() : new Unreadable('longer than was announced')
      if (!large && until > APART) {
        large = await enter(room, most, signal)
        large.bytes.set(Buffer.concat(small))
        small = []
      }
      if (large) large.bytes.set(piece, used)
      else small.push(piece)
      used = until
    }
    if (announced !== null && used !== announced) throw new Unreadable('shorter than was announced')
    return { bytes: large ? large.bytes.subarray(0, used) : Buffer.concat(small), held: large?.held ?? null }
  } catch (error) {
    large?.held.leave()
    throw error instanceof Unreadable || error instanceof RunError ? error : new Unreadable('it broke off')
  }
}

async function enter(room: Room, most: number, signal: AbortSignal): Promise<{ held: Held; bytes: Uint8Array }> {
  const held = await room.enter(most, signal)
  return { held, bytes: held.memory(most) }
}
