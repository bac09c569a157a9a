/**
 * What only the client can see. It judges the raw values of the resources in which something was hidden, by the same rules, and says
 * which rules they break: code and address, and a sentence that depends on the code alone. No value, and nothing made from one.
 */
import { PlanError } from '../error.ts'
import { classifyChanges } from '../changes/classify.ts'
import type { Redaction } from '../redact/redact.ts'
import type { Finding, Json, RawPlan, RedactedChange, RedactedResource } from '../shape.ts'
import { escapeText } from '../text/escape-text.ts'
import { isObject } from '../text/parse.ts'
import { isRiskCode, riskCodes } from './codes.ts'
import { Collector, maxDetail } from './collector.ts'
import { judgeChange } from './judge.ts'

/** The most findings sent, and taken. */
export const maxFindings = 500
/** The longest address of a finding, in UTF-16 units. */
const maxAddress = 16_384
const half = /\p{Surrogate}/u

/** The resource as the rules see it, with its raw values, type and name, and its redacted address: of them only the address is told. */
function unmasked(raw: Json | undefined, redacted: RedactedResource): RedactedResource {
  const change = isObject(raw) && isObject(raw['change']) ? raw['change'] : {}
  const values: RedactedChange = { ...redacted.change, before: change['before'] ?? null, after: change['after'] ?? null }
  const word = (member: 'type' | 'name'): string => (isObject(raw) && typeof raw[member] === 'string' ? raw[member] : redacted[member])
  return { ...redacted, type: word('type'), name: word('name'), change: values }
}

/** To be called with the plan and its own redaction, on the machine that made the plan. */
export function clientFindings(plan: RawPlan, redaction: Redaction): Finding[] {
  const findings: Finding[] = [...redaction.findings]
  const entries = Array.isArray(plan['resource_changes']) ? plan['resource_changes'] : []
  const resources = redaction.plan.resource_changes.flatMap((resource, i) => (redaction.hidden[i] === true ? [unmasked(entries[i], resource)] : []))
  if (resources.length > 0) {
    const out = new Collector()
    for (const change of classifyChanges({ ...redaction.plan, resource_changes: resources })) judgeChange(change, out)
    for (const { code, address } of out.reasons) if (isRiskCode(code)) findings.push({ code, address, detail: `${riskCodes[code].says} (seen by the client)` })
  }
  const short = findings.map((finding) => ({ ...finding, address: finding.address.slice(0, maxAddress).replace(half, '') }))
  const unique = new Map(short.map((finding) => [`${finding.code}\n${finding.address}\n${finding.detail}`, finding]))
  return [...unique.values()].slice(0, maxFindings)
}

/**
 * Findings that a client sent: foreign. Throws PlanError `plan_not_redacted`. What `clientFindings` made comes back unchanged: client and
 * server must merge the same list into the same statement.
 */
export function readFindings(value: unknown): Finding[] {
  if (!Array.isArray(value) || value.length > maxFindings) throw refuse(`are not a list of at most ${maxFindings}`)
  return value.map((entry: unknown) => {
    if (!isObject(entry) || Object.keys(entry).length !== 3) throw refuse('have an entry that is not {code, address, detail}')
    const { code, address, detail } = entry
    if (typeof code !== 'string' || !/^[a-z][a-z0-9_]{0,63}$/.test(code)) throw refuse('have a code that is not a word')
    if (typeof address !== 'string' || address.length > maxAddress || half.test(address)) throw refuse(`have an address that is not a text of at most ${maxAddress} characters`)
    if (typeof detail !== 'string' || detail.length > maxDetail || escapeText(detail) !== detail) throw refuse('have a detail that is not a short plain text')
    return { code, address, detail }
  })
}

const refuse = (what: string): PlanError => new PlanError('plan_not_redacted', `The findings sent with the plan ${what}. Make them again with this version of Countersign.`)

