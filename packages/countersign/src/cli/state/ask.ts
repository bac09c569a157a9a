/**
 * One question about a state: asked, read back, shown, waited for. The countersignature is the confirmation: nothing is asked to be typed
 * here, because whoever runs programs as this user could type it too.
 */
import { formatCode, shortCode, subjectDigest, type StateSubject } from '@countersign/proof'
import { offerToOpen } from '../apply/offer.ts'
import type { Session } from '../client/session.ts'
import { CliError, exitCodes } from '../exit.ts'
import { safe, type Output } from '../output.ts'
import { startProgress } from '../render/progress.ts'
import { timeOfDay } from '../render/words.ts'
import { showQuestion } from './show-question.ts'
import { checkStatement, type Question } from './statement.ts'
import { stateAnswer, type StateRequest } from './wire.ts'

export type Asking = { readonly session: Session; readonly output: Output; readonly signal?: AbortSignal; /** Milliseconds. */ readonly timeout?: number | undefined }

export type Agreed = { readonly view: StateRequest; readonly subject: StateSubject; readonly code: string }

/** Until it may be redeemed, or its effect has happened. Throws CliError `denied_by_policy`, `challenge_denied`, `challenge_expired`, `wait_timeout`, `interrupted`, `request_void`. */
export async function ask(asking: Asking, question: Question): Promise<Agreed> {
  return await follow(asking, question, await begin(asking.session, question))
}

export async function begin(session: Session, question: Question): Promise<StateRequest> {
  return stateAnswer('request', await session.api.call('POST', '/api/v1/state/requests', { body: question }))
}

/** Goes on with a question that was asked before. */
export async function follow(asking: Asking, question: Question, view: StateRequest): Promise<Agreed> {
  const { session, output } = asking
  if (view.decision === 'deny') throw denied(view)
  const subject = checkStatement(session, question, view)
  // The code is made here, from the statement that was just checked: the server's own word for it is not shown.
  const code = formatCode(shortCode(await subjectDigest(view.subject)))
  if (view.status !== 'waiting') return { view: ended(view), subject, code }
  const link = linkOf(session, code)
  showQuestion(output, subject)
  output.line()
  output.line(`  what you sign   ${output.paint.bold(code)}      ->  ${link}`)
  const offer = offerToOpen(output, link)
  try {
    return { view: await waitFor(asking, view), subject, code }
  } finally {
    offer.end()
  }
}

/** Where this terminal's server has its pages, by what was pinned. */
export function linkOf(session: Session, code: string): string {
  return `${session.trust.sites.at(-1)?.origins[0] ?? session.profile.server}/c/${code}`
}

const LONG_POLL = 25
const PAUSE = 1_000

async function waitFor({ session, output, signal, timeout }: Asking, first: StateRequest): Promise<StateRequest> {
  const waiting = 'waiting for the countersignature'
  const progress = startProgress(output, waiting)
  const limit = timeout === undefined ? Number.POSITIVE_INFINITY : Date.now() + timeout
  let view = first
  try {
    while (view.status === 'waiting') {
      if (Date.now() >= limit) throw new CliError('wait_timeout', 'Nobody countersigned within the time given by --timeout. Nothing was done.', '', { exit: exitCodes.notCountersigned })
      const seconds = Math.max(0, Math.min(LONG_POLL, Math.ceil((limit - Date.now()) / 1000)))
      try {
        const path = `/api/v1/state/requests/${view.id}?wait=${seconds}&since=${view.version}`
        view = stateAnswer('request', await session.api.call('GET', path, { ...(signal ? { signal } : {}), silence: (seconds + 15) * 1000 }))
        progress.say(waiting)
      } catch (error) {
        if (signal?.aborted) throw interrupted()
        if (!passes(error)) throw error
        progress.say('the server does not answer; trying again')
        await new Promise((resolve) => setTimeout(resolve, PAUSE))
      }
    }
  } catch (error) {
    progress.end()
    throw error
  }
  const good = view.status === 'granted' || view.status === 'allowed' || (view.status === 'done' && (view.result?.refused ?? '') === '')
  progress.end(good ? `${output.paint.green('countersigned')}, ${timeOfDay(Date.now())}` : undefined)
  return ended(view)
}

/** A server that is away for a moment is no reason to give up waiting. */
export function passes(error: unknown): boolean {
  return error instanceof CliError && (error.code === 'server_unreachable' || error.code === 'shutting_down' || error.code === 'storage_unavailable' || error.code === 'rate_limited')
}

function interrupted(): CliError {
  return new CliError('interrupted', 'Interrupted. What was asked ends by itself, and can be denied on its page.', '', { exit: exitCodes.notCountersigned })
}

const endings: { readonly [status in StateRequest['status']]?: readonly [code: string, message: string, next: string] } = {
  denied: ['challenge_denied', 'The person who was asked said no. Nothing was done.', ''],
  expired: ['challenge_expired', 'Nobody countersigned in time. Nothing was done.', 'Run the command again.'],
  void: ['request_void', 'What this was granted for changed first, so it is worth nothing any more. Nothing was done.', 'Look at what is current with: countersign state show. Then run the command again.'],
}

function ended(view: StateRequest): StateRequest {
  const refused = view.result?.refused ?? ''
  if (refused !== '') throw new CliError('request_refused', safe(refused), safe(view.result?.next ?? ''))
  const ending = endings[view.status]
  if (ending) throw new CliError(...ending, { exit: view.status === 'void' ? exitCodes.error : exitCodes.notCountersigned })
  return view
}

function denied({ reasons }: StateRequest): CliError {
  const words = reasons.map((reason) => safe(reason.message)).join(' ')
  return new CliError('denied_by_policy', `Policy denies this: ${words || 'it gave no reason.'} Nothing was done.`, 'See the policy with: countersign policy show', { exit: exitCodes.denied })
}
