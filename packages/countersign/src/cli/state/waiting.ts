/**
 * What waits for this person, as it comes: a long poll that goes on when the server was away. Each request is handed on once.
 *
 * Everything that is asked in this person's name comes by here, also what somebody else asks with a credential that was stolen:
 * that is why what this terminal did not ask itself is shown as well, and said to be so.
 */
import { parseSubject, formatCode, shortCode, subjectDigest, type StateSubject } from '@countersign/proof'
import type { Session } from '../client/session.ts'
import { longPoll } from '../client/long-poll.ts'
import { linkOf } from './ask.ts'
import { stateAnswer, type StateRequest } from './wire.ts'

export type Waiting = { readonly request: StateRequest; readonly subject: StateSubject; readonly code: string; readonly link: string }

type Told = { readonly came: (waiting: Waiting) => void; readonly away?: () => void; readonly back?: () => void }
type Answer = { readonly version: number; readonly requests: readonly StateRequest[] }

/** Until the signal. `away` is told when the server cannot be reached, once each time. */
export async function watchWaiting(session: Session, { came, ...told }: Told, signal: AbortSignal): Promise<void> {
  const known = new Set<string>()
  let since: number | undefined
  await longPoll<Answer>({
    ...told, signal,
    look: async (seconds, held) => {
      const query = since === undefined ? '' : `?wait=${seconds}&since=${since}`
      const answer = stateAnswer('waiting', await session.api.call('GET', `/api/v1/state/waiting${query}`, held))
      since = answer.version
      for (const request of answer.requests) {
        if (request.status !== 'waiting' || known.has(request.id)) continue
        known.add(request.id)
        const waiting = await read(session, request)
        if (waiting) came(waiting)
      }
      return answer
    },
    isLast: () => false,
  })
}

/** The code is made here from the statement itself. What is no statement about a state cannot be shown, so it is left out: the console has it. */
async function read(session: Session, request: StateRequest): Promise<Waiting | undefined> {
  try {
    const subject = parseSubject(request.subject)
    if (subject.kind !== 'state') return undefined
    const code = formatCode(shortCode(await subjectDigest(request.subject)))
    return { request, subject, code, link: linkOf(session, code) }
  } catch {
    return undefined
  }
}
