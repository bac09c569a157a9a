/**
 * The server writes the statement that people sign, out of what this terminal sent. Here the terminal reads it back: every member that
 * it knows itself must be what it knows, and what only the server can know must be plausible.
 *
 * The adversary is a server that is taken over: it could have another plan, another workspace or a milder risk countersigned while
 * the person believes it is this one. The risk it may only raise; environment and policy are checked in
 * `verify-decision.ts`.
 */
import { canonicalize, parseSubject, type RunSubject } from '@countersign/proof'
import { locationOfAddress } from '../../engine/index.ts'
import { CliError, exitCodes } from '../exit.ts'
import { stateAddress } from '../state/backend-block.ts'
import type { RunClaims } from './claims.ts'
import type { ReadPlan } from './read-plan.ts'

export type Expected = {
  readonly claims: RunClaims
  readonly plan: Pick<ReadPlan, 'summary' | 'risk'>
  readonly scope: 'apply' | 'destroy'
  readonly run: string
  readonly instance: string
  readonly org: string
  readonly requester: string
  readonly executor: string
  /** Addresses of this server. */
  readonly servers: readonly string[]
}

type Reason = RunSubject['risk']['reasons'][number]

const levels = ['none', 'low', 'medium', 'high', 'critical']

/** Throws CliError `server_altered_subject`. */
export function checkSubject(text: string, expected: Expected): RunSubject {
  const subject = parsed(text)
  const { claims } = expected
  const { workspace, ...rest } = claims
  const own: Record<string, unknown> = {
    kind: 'run', action: 'run.apply', scope: expected.scope, instance: expected.instance, org: expected.org,
    run: expected.run, requester: expected.requester, executor: expected.executor, ...rest, summary: expected.plan.summary,
  }
  for (const [member, value] of Object.entries(own)) {
    if (!same(subject[member as keyof RunSubject], value)) throw altered(member)
  }
  if (subject.workspace.name !== workspace.name) throw altered('workspace.name')
  if (!isTrue(subject.workspace.enforcement, workspace, expected.servers)) throw altered('workspace.enforcement')
  if (!same(subject.workspace.backend, workspace.backend)) throw altered('workspace.backend')
  if (!riskCovers(subject.risk, expected.plan.risk)) throw altered('risk')
  return subject
}

/** The server may say less than is true, and never more: state-gated is a state at this server's address for this workspace. */
function isTrue(level: RunSubject['workspace']['enforcement'], { name, backend }: RunClaims['workspace'], servers: readonly string[]): boolean {
  if (level === 'advisory') return true
  return level === 'state-gated' && backend.type === 'http' && servers.some((server) => locationOfAddress(stateAddress(server, name)) === backend.location)
}

function parsed(text: string): RunSubject {
  try {
    const subject = parseSubject(text)
    if (subject.kind === 'run') return subject
  } catch (cause) {
    throw altered('form', cause)
  }
  throw altered('kind')
}

/** The most reasons that a statement holds; where there are fewer, none may be left out. */
const MOST_REASONS = 100

/** At least our level, and every reason of ours in our words; the last ones may have been cut off where there are too many. */
function riskCovers(theirs: RunSubject['risk'], ours: RunSubject['risk']): boolean {
  if (levels.indexOf(theirs.level) < levels.indexOf(ours.level)) return false
  const full = theirs.reasons.length === MOST_REASONS
  if (theirs.reasonsOmitted > 0 && !full) return false
  const named = ({ code, address }: Reason): string => `${code}\n${address}`
  const worded = (reason: Reason): string => `${named(reason)}\n${reason.detail}`
  const [names, words] = [new Set(theirs.reasons.map(named)), new Set(theirs.reasons.map(worded))]
  return ours.reasons.every((reason) => words.has(worded(reason)) || (full && !names.has(named(reason))))
}

function same(a: unknown, b: unknown): boolean {
  return Buffer.from(canonicalize(a as never)).equals(Buffer.from(canonicalize(b as never)))
}

function altered(member: string, cause?: unknown): CliError {
  return new CliError(
    'server_altered_subject',
    `The server made a statement that is not about this plan: its ${member} differs from what this terminal measured. It was not applied.`,
    'Do not countersign it. If server and terminal are of different versions (countersign doctor says), update them; if not, tell the server\'s owner.',
    { exit: exitCodes.verificationFailed, cause },
  )
}
