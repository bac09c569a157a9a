/**
 * Redaction, in this order, because each step relies on the one before:
 *   1  build the redacted plan from named members only, masking by Terraform's own marks and by attribute names
 *   2  collect every sensitive value from the whole raw plan, dropped parts included
 *   3  if step 1 saw a secret shape, or the text holds a collected value, build again, thoroughly: every string, every key, every word
 *   4  then look once more through what came out: a value that still stands somewhere refuses the plan
 * The adversary is whoever wrote the configuration or a provider: all names and values are theirs, the shape is checked.
 */
import { PlanError } from '../error.ts'
import { REDACTOR } from '../shape.ts'
import type { Finding, Json, RawPlan, RedactedChange, RedactedPlan } from '../shape.ts'
import { tooDeep } from '../text/depth.ts'
import { isObject, parsePlan } from '../text/parse.ts'
import { collectSensitive, isSensitiveOutput } from './collect.ts'
import { Masker } from './masker.ts'
import { buildNeedles, buildWordNeedles } from './needles.ts'
import type { Needles } from './needles.ts'
import { redactChecks, redactDeferred, redactDrift, redactInvocations, word } from './parts.ts'
import { collectPrograms } from './programs.ts'
import { redactChange, redactResource } from './resources.ts'

export type Redaction = {
  /** The redacted plan as JSON: what is sent, hashed, stored and shown, byte for byte. */
  text: string
  plan: RedactedPlan
  /** Where something was hidden that Terraform had not marked, by place and reason, never by value. */
  findings: Finding[]
  /** For each resource change, in order: was anything of it hidden? Their raw values are judged once more by `clientFindings`. */
  hidden: readonly boolean[]
}

/** The most resource changes taken. */
export const maxChanges = 200_000

const items = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : [])
const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '')

/** Throws PlanError as `parsePlan` does, and `plan_not_a_plan` or `plan_format_unsupported` for a change that cannot be read. */
export function redactPlan(plan: string | RawPlan): Redaction {
  const raw = typeof plan === 'string' ? parsePlan(plan) : plan
  const quick = new Masker()
  const first = build(raw, quick)
  const sensitive = collectSensitive(raw)
  const needles = buildNeedles(sensitive.strings, sensitive.numbers)
  const plain = write(first.plan)
  if (!quick.suspicious && !needles.mayHold(plain)) return { ...first, text: plain }
  const words = buildWordNeedles(sensitive.strings, sensitive.numbers)
  const thorough = build(raw, new Masker(needles, words))
  const text = write(thorough.plan)
  if (words.mayHold(text)) refuseLeft(thorough.plan, words)
  return { ...thorough, text }
}

/** No rule is known by which one stays. A rule that is not known is why this is here. */
function refuseLeft(value: unknown, needles: Needles): void {
  if (typeof value === 'string') {
    if (needles.scrub(value, '') === value) return
    throw new PlanError('plan_not_a_plan', 'A sensitive value of the plan stands where it cannot be taken out: in a word that Terraform or a provider chose. Rename what bears it, or change the value, and plan again.')
  }
  if (typeof value !== 'object' || value === null) return
  for (const [key, item] of Object.entries(value)) {
    if (!Array.isArray(value)) refuseLeft(key, needles)
    refuseLeft(item, needles)
  }
}

/** The bytes whose SHA-256 is `subject.plan.json`: the UTF-8 of the redacted text, as it is. */
export function planDigestInput(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** `JSON.stringify` of ECMAScript, lone surrogates as \uXXXX: parsing and writing again gives the same text. */
function write(plan: RedactedPlan): string {
  try {
    return JSON.stringify(plan)
  } catch (cause) {
    if (cause instanceof RangeError) throw tooDeep()
    throw cause
  }
}

function build(raw: RawPlan, masker: Masker): Omit<Redaction, 'text'> {
  const findings: Finding[] = []
  const hidden: boolean[] = []
  const changes = items(raw['resource_changes'])
  if (changes.length > maxChanges) throw new PlanError('plan_too_many_changes', `The plan has ${changes.length} resource changes; ${maxChanges} at most are taken. Split the configuration, or plan a part of it with -target.`)
  const resources = changes.map((entry, i) => {
    masker.begin()
    const resource = redactResource(entry, i + 1, masker)
    hidden.push(masker.touched)
    note(findings, resource.address, masker)
    return resource
  })
  const plan: RedactedPlan = {
    redactor: REDACTOR,
    format_version: text(raw['format_version']),
    terraform_version: word(raw['terraform_version']),
    marked: changes.every((entry) => isObject(entry) && isMarked(entry['change'])),
    resource_changes: resources,
    output_changes: redactOutputs(raw, masker, findings),
    resource_drift: redactDrift(raw, masker),
    deferred: redactDeferred(raw, masker),
    action_invocations: redactInvocations(raw, masker),
    checks: redactChecks(raw, masker),
    ...noted(findings, masker, () => collectPrograms(raw, masker)),
  }
  for (const flag of ['applyable', 'complete', 'errored'] as const) {
    const value = raw[flag]
    if (typeof value === 'boolean') plan[flag] = value
  }
  return { plan, findings, hidden }
}

/** Terraform since 0.15 writes the maps in every change. */
const isMarked = (change: Json | undefined): boolean => isObject(change) && (change['after_sensitive'] !== undefined || change['before_sensitive'] !== undefined)

const noteTexts: { readonly [why: string]: string } = {
  named: 'a value whose name says it is a secret is not marked sensitive',
  sensitive: 'a sensitive value recurs where it is not marked',
  reserved: 'a value imitates a mask',
}

function note(findings: Finding[], address: string, masker: Masker): void {
  for (const why of masker.found) {
    findings.push({ code: 'secret_in_plan', address, detail: noteTexts[why] ?? `a value that is not marked sensitive looks like a secret (${why})` })
  }
}

function noted<T>(findings: Finding[], masker: Masker, work: () => T): T {
  masker.begin()
  const result = work()
  note(findings, '', masker)
  return result
}

function redactOutputs(raw: RawPlan, masker: Masker, findings: Finding[]): { [name: string]: RedactedChange } {
  const outputs = raw['output_changes']
  if (!isObject(outputs)) return {}
  const configuration = isObject(raw['configuration']) ? raw['configuration'] : undefined
  const entries = Object.entries(outputs).map(([name, change], i): [string, RedactedChange] => {
    masker.begin()
    const what = `Output change ${i + 1}`
    const hidden = isSensitiveOutput(configuration, name)
    const redacted = redactChange(isObject(change) ? change : {}, what, masker, hidden)
    const shown = masker.word(name)
    note(findings, `output.${shown}`, masker)
    return [shown, redacted]
  })
  return Object.fromEntries(entries)
}
