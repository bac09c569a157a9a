/**
 * A body that asks for a run, from its bytes to what is decided on and kept: read, checked, the plan hashed, judged and packed. One
 * function, called on the event loop for small bodies and on a thread for large ones (apart.ts): a plan of 50 MB takes seconds. It reads
 * nothing else and keeps nothing.
 */
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { assessRisk, classifyChanges, mergeRisk, PlanError, readFindings, readRedacted, summarise } from '../../plan/index.ts'
import type { Finding } from '../../plan/index.ts'
import { readJsonBody, Unreadable } from '../../platform/json-body.ts'
import { newRun } from './asked.ts'
import type { Asked, NewRun, ReadPlan, Refused } from './asked.ts'
import type { RunClaims } from './claims.ts'
import { RunError } from './errors.ts'

/** `digest`: SHA-256 of the bytes. `ill-formed`: where it first differs from `newRun`, and how. */
export type Taken = { digest: Uint8Array; body: { is: 'unreadable'; why: string } | { is: 'ill-formed'; path: string; message: string } | { is: 'run'; asked: Asked; dryRun: boolean } }

export function takeRun(bytes: Uint8Array): Taken {
  return { digest: own(createHash('sha256').update(bytes).digest()), body: bodyIn(bytes) }
}

function bodyIn(bytes: Uint8Array): Taken['body'] {
  try {
    const read = newRun.safeParse(valueIn(bytes))
    if (read.success) return { is: 'run', asked: { workspace: read.data.workspace, scope: read.data.scope, claims: read.data.claims, plan: readPlan(read.data) }, dryRun: read.data.dryRun }
    const [issue] = read.error.issues
    return { is: 'ill-formed', path: `/${issue?.path.join('/') ?? ''}`, message: issue?.message ?? 'unreadable' }
  } catch (error) {
    if (error instanceof Unreadable) return { is: 'unreadable', why: error.message }
    throw error
  }
}

/** By itself, so that the text is gone when its value is read. */
function valueIn({ buffer, byteOffset, byteLength }: Uint8Array): unknown {
  return readJsonBody(Buffer.from(buffer, byteOffset, byteLength).toString('utf8'))
}

function readPlan(run: NewRun): ReadPlan | Refused {
  try {
    const text = Buffer.from(run.plan, 'utf8')
    if (createHash('sha256').update(text).digest('hex') !== run.claims.plan.json) throw otherDigest()
    return { ...summaryAndRisk(run), packed: run.dryRun ? null : own(gzipSync(text, { level: 1 })) }
  } catch (error) {
    if (error instanceof PlanError) return { refused: 'plan', code: error.code, message: error.message }
    if (error instanceof RunError) return { refused: 'run', code: error.code, message: error.message, next: error.next }
    throw error
  }
}

/** In memory of its own, which can be handed over. */
const own = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes)

function otherDigest(): RunError {
  return new RunError('plan_digest_mismatch', 'The redacted plan is not the one whose digest was sent with it.', 'Plan again with this version of the command line.')
}

function summaryAndRisk({ plan: text, findings, claims }: NewRun): Pick<ReadPlan, 'summary' | 'risk'> {
  const plan = readRedacted(text)
  const changes = classifyChanges(plan)
  const risk = mergeRisk(assessRisk(changes, plan), [...readFindings(findings), ...unboundFindings(claims)])
  return { summary: summarise(changes, plan), risk }
}

/** What cannot be bound is named, and raises the risk: nobody can later show that it was the same at the apply. */
function unboundFindings(claims: RunClaims): Finding[] {
  const findings: Finding[] = []
  if (!claims.tree.bound) findings.push({ code: 'tree_not_bound', address: '', detail: 'the working tree is too large to be bound' })
  const credentials = claims.unbound.filter((name) => name !== 'PATH' && name !== 'tree')
  if (credentials.length > 0)
    findings.push({ code: 'environment_not_bound', address: '', detail: `not bound to this plan: ${credentials.join(', ')}`.slice(0, 200) })
  return findings
}
