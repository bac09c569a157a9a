/** A browser and a terminal that send a call again, with its key, until it is answered: as a console and a command line do, and longer. */
import { randomUUID } from 'node:crypto'
import { setTimeout as later } from 'node:timers/promises'
import { RawTerminal } from '../../src/demonstration/raw-terminal.ts'
import { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import type { Answer } from '../../src/demonstration/software-person.ts'

/** A proof of the terminal's key is good once: a request that arrives twice is refused once, and the next one brings another. */
const again: readonly unknown[] = ['call_under_way', 'dpop_proof_replayed', 'use_dpop_nonce']
const TRIES = 40

async function untilAnswered(what: string, send: (headers: Record<string, string>) => Promise<Answer>): Promise<Answer> {
  const headers = { 'idempotency-key': randomUUID() }
  let last = ''
  for (let at = 0; at < TRIES; at++) {
    const answer = await send(headers).catch((error: unknown) => String(error))
    if (typeof answer !== 'string' && answer.status < 500 && !again.includes(answer.body['code'])) return answer
    last = typeof answer === 'string' ? answer : `${answer.status} ${String(answer.body['code'])}`
    await later(10 + at)
  }
  throw new Error(`${what} was not answered: ${last}`)
}

export class StubbornPerson extends SoftwarePerson {
  override call(method: string, path: string, body?: unknown): Promise<Answer> {
    return untilAnswered(`${method} ${path}`, (headers) => {
      this.headers = headers
      const answer = super.call(method, path, body)
      this.headers = {}
      return answer
    })
  }
}

export class StubbornTerminal extends RawTerminal {
  constructor({ url, token, key }: RawTerminal) {
    super(url, token, key)
  }

  override call(method: string, path: string, body?: unknown): Promise<Answer> {
    return untilAnswered(`${method} ${path}`, (headers) => {
      this.headers = headers
      const answer = this.once(method, path, body)
      this.headers = {}
      return answer
    })
  }
}
