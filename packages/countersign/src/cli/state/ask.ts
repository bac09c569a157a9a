/**
 * One question about a state: asked, read back, shown, waited for. The countersignature is the confirmation: nothing is asked to be typed
 * here, because whoever runs programs as this user could type it too.
 */
import { formatCode, shortCode, subjectDigest, type StateSubject } from '@countersign/proof'
import { watchInterrupts } from '../apply/interrupts.ts'
import { offerToOpen } from '../apply/offer.ts'
import type { Session } from '../client/session.ts'
import { waitForPerson } from '../client/wait-for-person.ts'
import { CliError, exitCodes } from '../exit.ts'
import { safe, type Output } from '../output.ts'
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
  const interrupts = asking.signal ? undefined : watchInterrupts(output)
  showQuestion(output, subject)
  output.line()
  output.line(`  what you sign   ${output.paint.bold(code)}      ->  ${link}`)
  const offer = offerToOpen(output, link)
  const end = (): void => {
    interrupts?.end()
    offer.end()
  }
  try {
    const signal = asking.signal ?? interrupts?.signal
    return { view: ended(await waited(asking, view, signal, end)), subject, code }
  } finally {
    end()
  }
}

/** Where this terminal's server has its pages, by what was pinned. */
export function linkOf(session: Session, code: string): string {
  return `${session.trust.sites.at(-1)?.origins[0] ?? session.profile.server}/c/${code}`
}

/** `over`: before the request is taken back, so that a second Ctrl-C ends everything. */
async function waited({ session, output, timeout }: Asking, first: StateRequest, signal: AbortSignal | undefined, over: () => void): Promise<StateRequest> {
  try {
    return await waitForPerson({ output, signal, timeout }, first, {
      after: async ({ id, version }, seconds, held) => stateAnswer('request', await session.api.call('GET', `/api/v1/state/requests/${id}?wait=${seconds}&since=${version}`, held)),
      isGood: ({ status, result }) => status === 'granted' || status === 'allowed' || (status === 'done' && (result?.refused ?? '') === ''),
      nothing: 'Nothing was done.',
    })
  } catch (error) {
    over()
    if (!(error instanceof CliError) || (error.code !== 'interrupted' && error.code !== 'wait_timeout')) throw error
    // It may have been countersigned just before: then it has happened, and is said as that.
    const view = await takeBack(session, first)
    if (view?.status !== 'done') throw error
    return view
  }
}

/** Nobody should touch a key for it any more. The server may be gone as well: then it expires by itself. */
async function takeBack(session: Session, { id }: StateRequest): Promise<StateRequest | undefined> {
  try {
    return stateAnswer('request', await session.api.call('POST', `/api/v1/state/requests/${id}/withdraw`, { body: {}, silence: 3_000 }))
  } catch {
    return undefined
  }
}

const endings: { readonly [status in StateRequest['status']]?: readonly [code: string, message: string, next: string] } = {
  denied: ['challenge_denied', 'The person who was asked said no. Nothing was done.', ''],
  expired: ['challenge_expired', 'Nobody countersigned in time. Nothing was done.', 'Run the command again.'],
  cancelled: ['challenge_cancelled', 'This was taken back before anybody countersigned it. Nothing was done.', 'Run the command again if it is still wanted.'],
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
