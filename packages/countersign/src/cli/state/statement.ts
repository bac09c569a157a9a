/**
 * The statement that the server made of a question about a state, read back before its code is shown: it must be about what this
 * terminal asked, and nothing else.
 *
 * The adversary is a server that is taken over: it could have "delete everything" countersigned where a person believes to list
 * resources. What only the server knows (what is current, what would change, environment, policy) is shown, and not vouched for.
 */
import { canonicalText, parseSubject, type StateSubject } from '@countersign/proof'
import type { Session } from '../client/session.ts'
import { CliError, exitCodes } from '../exit.ts'
import type { StateRequest } from './wire.ts'

/** What is asked, as `POST /api/v1/state/requests` takes it. */
export type Question = {
  readonly action: StateSubject['action'] | 'state.run-credential'
  readonly workspace: string
  readonly version?: number
  readonly whole?: boolean
  readonly phase?: 'plan' | 'apply'
  readonly tier?: 'outputs' | 'redacted' | 'full'
  /** Seconds. */
  readonly lasts?: number
  readonly run?: string
  readonly lease?: string
  /** Of what is imported. */
  readonly digest?: string
  readonly lineage?: string
  readonly serial?: number
  readonly size?: number
  readonly replace?: boolean
  readonly purpose?: string
}

/** Who asks, from where, and of whom. */
export type Asker = {
  readonly person: Pick<Session['person'], 'id'>
  readonly trust: Pick<Session['trust'], 'instance' | 'org'>
  readonly api: { readonly key: Pick<Session['api']['key'], 'thumbprint'> }
}

/** Throws CliError `server_altered_subject`. */
export function checkStatement(session: Asker, question: Question, view: Pick<StateRequest, 'id' | 'subject'>): StateSubject {
  const subject = parsed(view.subject)
  const own: { readonly [member in keyof StateSubject]?: unknown } = {
    action: question.action,
    request: view.id,
    requester: session.person.id,
    executor: session.api.key.thumbprint,
    instance: session.trust.instance,
    org: session.trust.org,
    whole: question.whole ?? false,
    phase: question.phase ?? '',
    lock: { digest: '', operation: '', who: '', info: '' },
  }
  if (subject.workspace.name !== question.workspace) throw altered('workspace')
  for (const [member, value] of Object.entries(own)) {
    if (member === 'lock' && question.action === 'state.force-unlock') continue // whose lock it is, only the server knows
    if (!same(subject[member as keyof StateSubject], value)) throw altered(member)
  }
  if (question.action === 'state.import' && !same(subject.target, { version: 0, lineage: question.lineage, serial: question.serial, digest: question.digest })) throw altered('target')
  if (question.version !== undefined && subject.target.version !== question.version) throw altered('target')
  if (question.lasts !== undefined && subject.lasts > question.lasts) throw altered('lasts')
  if (rank(subject.tier) > rank(question.tier ?? 'full')) throw altered('tier')
  return subject
}

const tiers = ['', 'outputs', 'redacted', 'full']
const rank = (tier: string): number => tiers.indexOf(tier)

function parsed(text: string): StateSubject {
  try {
    const subject = parseSubject(text)
    if (subject.kind === 'state') return subject
  } catch (cause) {
    throw altered('form', cause)
  }
  throw altered('kind')
}

function same(a: unknown, b: unknown): boolean {
  return canonicalText(a) === canonicalText(b)
}

function altered(member: string, cause?: unknown): CliError {
  return new CliError(
    'server_altered_subject',
    `The server made a statement that is not about what was asked here: its ${member} differs. Nothing was done.`,
    'Do not countersign it. If server and terminal are of different versions (countersign doctor says), update them; if not, tell the server\'s owner.',
    { exit: exitCodes.verificationFailed, cause },
  )
}
