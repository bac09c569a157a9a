/**
 * What stands between clients and several servers, at its worst: hands each request to any of them, late, to two of them at once, or to
 * none; and loses answers, whole or in their middle. It knows requests, because a request that arrives twice arrives whole.
 */
import { setTimeout as later } from 'node:timers/promises'
import { once } from 'node:events'
import http from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { onTestFinished } from 'vitest'
import type { Chance } from './seeded.ts'

/** Chances for each request: `echo` comes a second time when the first has long been answered. `delay`: at most, ms. */
export type Front = Record<(typeof harms)[number], number> & { delay: number }
export type ChaosFront = {
  front: Front
  readonly seen: Record<(typeof harms)[number], number>
  /** Answers with 500. */
  broken: string[]
  /** When what was sent a second time has arrived. */
  settled(): Promise<void>
}

const harms = ['lost', 'late', 'twice', 'echo', 'unanswered', 'torn'] as const
export const clear: Front = { lost: 0, late: 0, twice: 0, echo: 0, unanswered: 0, torn: 0, delay: 0 }
type Answer = { status: number; headers: string[]; body: Buffer }

export async function chaosFront(port: number, targets: readonly number[], chance: Chance): Promise<ChaosFront> {
  const echoes = new Set<Promise<unknown>>()
  const made: ChaosFront = { front: clear, seen: { lost: 0, late: 0, twice: 0, echo: 0, unanswered: 0, torn: 0 }, broken: [], settled: async () => void (await Promise.all(echoes)) }
  const happens = (what: (typeof harms)[number]): boolean => {
    if (chance() >= made.front[what]) return false
    made.seen[what] += 1
    return true
  }
  const agent = new http.Agent({ keepAlive: true })
  const anyTarget = (): number => targets[Math.floor(chance() * targets.length)] ?? 0
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = Buffer.concat((await request.toArray()) as Buffer[])
    if (happens('lost')) return void response.destroy()
    if (happens('late')) await later(chance() * made.front.delay)
    const copies = happens('twice') ? [anyTarget(), anyTarget()] : [anyTarget()]
    const arrive = (target: number): Promise<Answer> => forward(agent, target, request, body).then((answer) => {
      if (answer.status === 500) made.broken.push(`${request.method} ${request.url}: ${answer.body.toString()}`)
      return answer
    })
    const answers = await Promise.allSettled(copies.map(arrive))
    if (happens('echo')) {
      const echo = later(chance() * 10 * made.front.delay).then(() => arrive(anyTarget())).catch(() => undefined).finally(() => echoes.delete(echo))
      echoes.add(echo)
    }
    const [answer] = answers.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])).toSorted(() => chance() - 0.5)
    if (!answer || happens('unanswered')) return void response.destroy()
    response.writeHead(answer.status, answer.headers)
    if (!happens('torn')) return void response.end(answer.body)
    response.write(answer.body.subarray(0, Math.floor(answer.body.length / 2)), () => response.destroy())
  }
  const server = http.createServer((request, response) => void serve(request, response).catch(() => response.destroy())).listen(port, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
    agent.destroy()
  })
  return made
}

function forward(agent: http.Agent, port: number, { method, url, rawHeaders }: IncomingMessage, body: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const onward = http.request({ host: '127.0.0.1', port, method, path: url, headers: headersOf(rawHeaders), agent }, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part)).on('error', reject)
      answer.on('end', () => resolve({ status: answer.statusCode ?? 502, headers: answer.rawHeaders, body: Buffer.concat(parts) }))
    })
    onward.on('error', reject)
    onward.end(body)
  })
}

/** The body is whole by now: it has a length. */
function headersOf(raw: readonly string[]): string[] {
  return raw.flatMap((name, at) => (at % 2 === 0 && name.toLowerCase() !== 'connection' ? [name, raw[at + 1] ?? ''] : []))
}
