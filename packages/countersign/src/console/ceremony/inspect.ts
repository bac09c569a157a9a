/**
 * What this page establishes before it shows a button, in this order, each step from bytes and not from the server's word:
 *
 *   1  the statement's text is canonical and of a known shape
 *   2  its digest is the one the server names, and gives the code in the address; the person who asks is the one in it
 *   3  a run: the plan's bytes have the digest in the statement, can be read, and hold as many changes as it counts
 *      a policy: both texts have the digests in the statement
 *
 * It throws `Refusal` where one fails. A server that was taken over can serve another page than this one: that is what
 * the terminal's own comparison and its own verification are for.
 */
import { formatCode, parseSubject, shortCode, subjectDigest } from '@countersign/proof'
import type { PolicySubject, RunSubject, StateSubject, Subject } from '@countersign/proof'
import { fetchBytes, call } from '../api/call.ts'
import type { CeremonyView } from '../api/views.ts'
import { readPlan } from './read-plan.ts'
import type { PlanReading } from './read-plan.ts'
import { Refusal } from './refusal.ts'

export type Statement =
  | { kind: 'run'; subject: RunSubject; reading: PlanReading }
  | { kind: 'policy'; subject: PolicySubject; from: string; to: string }
  | { kind: 'state'; subject: StateSubject }
  | { kind: 'other'; subject: Exclude<Subject, RunSubject | PolicySubject | StateSubject> }

export type Inspection = { digest: string; code: string; statement: Statement }

export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Steps 1 and 2: the statement alone. */
export async function inspectSubject(said: { subject: string; code: string; digest?: string }): Promise<{ subject: Subject; digest: string; code: string }> {
  let subject: Subject
  try {
    subject = parseSubject(said.subject)
  } catch (cause) {
    throw new Refusal('subject_unreadable', [], { cause })
  }
  const digest = await subjectDigest(said.subject)
  if (said.digest !== undefined && said.digest !== digest) {
    throw new Refusal('subject_differs', [
      { label: 'Digest of the statement here', value: digest },
      { label: 'Digest the server names', value: said.digest },
    ])
  }
  const code = formatCode(shortCode(digest))
  if (code !== said.code) throw new Refusal('code_differs')
  return { subject, digest, code }
}

/** `code` is the one in the address or typed by the person: the server's view must be of that one. */
export async function inspect(view: CeremonyView, code: string, signal: AbortSignal): Promise<Inspection> {
  const checked = await inspectSubject({ subject: view.subject, code, digest: view.subjectDigest })
  if (checked.subject.kind !== view.kind) throw new Refusal('kind_differs')
  // The page shows the server's name for this person: it must at least be a name for the right one.
  if ('requester' in checked.subject && checked.subject.requester !== view.requester.id) throw new Refusal('requester_differs')
  return { digest: checked.digest, code: checked.code, statement: await statementOf(checked.subject, signal) }
}

/** Where the bytes come from does not matter: they count only with the digest that the statement has. */
async function statementOf(subject: Subject, signal: AbortSignal): Promise<Statement> {
  if (subject.kind === 'run') return { kind: 'run', subject, reading: await inspectPlan(subject, await fetchBytes(`/api/v1/runs/${subject.run}/plan`, signal)) }
  if (subject.kind === 'policy') {
    const texts = await call<{ from: string; to: string }>('GET', `/api/v1/policy/changes/${subject.change}/texts`, undefined, signal)
    await checkText(texts.from, subject.from)
    await checkText(texts.to, subject.to)
    return { kind: 'policy', subject, from: texts.from, to: texts.to }
  }
  if (subject.kind === 'state') return { kind: 'state', subject }
  return { kind: 'other', subject }
}

async function inspectPlan(subject: RunSubject, bytes: Uint8Array<ArrayBuffer>): Promise<PlanReading> {
  const digest = await sha256(bytes)
  if (digest !== subject.plan.json) {
    throw new Refusal('plan_differs', [
      { label: 'Digest of the plan received', value: digest },
      { label: 'Digest in the statement', value: subject.plan.json },
    ])
  }
  let reading: PlanReading
  try {
    reading = readPlan(bytes, subject)
  } catch (cause) {
    throw new Refusal('plan_unreadable', [], { cause })
  }
  const counted = (['create', 'update', 'replace', 'delete', 'import', 'forget', 'move', 'read', 'outputs'] as const).filter(
    (name) => reading.summary[name] !== subject.summary[name],
  )
  if (counted.length > 0) {
    throw new Refusal('counts_differ', counted.map((name) => ({ label: name, value: `${subject.summary[name]} in the statement, ${reading.summary[name]} in the plan` })))
  }
  return reading
}

async function checkText(text: string, expected: string): Promise<void> {
  const digest = await sha256(new TextEncoder().encode(text))
  if (digest === expected) return
  throw new Refusal('policy_differs', [
    { label: 'Digest of the text received', value: digest },
    { label: 'Digest in the statement', value: expected },
  ])
}
