/** Policy documents anywhere in a resource, compared with the ones before; and documents that are hidden or not known yet. */
import { whyMasked } from '../../redact/marks.ts'
import type { Change, Json, JsonObject } from '../../shape.ts'
import type { Collector } from '../collector.ts'
import { widenings } from '../policy-compare.ts'
import { noDocument, readPolicyDocument } from '../policy-document.ts'

const isPlain = (value: Json | undefined): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Attributes that hold a policy document, whatever the type. */
export const documentNames: ReadonlySet<string> = new Set(
  'policy policies assume_role_policy inline_policy policy_document policy_data access_policy access_policies resource_policy repository_policy key_policy trust_policy permissions_policy content json'.split(' '),
)
/** Types whose document is required: not known means that it will be set to something unseen. */
const requiresDocument = /^aws_.*_policy$|^aws_iam_role$|_iam_policy$|^vault_policy$/
const requiredName = /^(?:policy|assume_role_policy|policy_data)$/

type Found = Map<string, Json>

function collect(value: Json | undefined, path: string, documents: Found, hidden: Set<string>, depth: number): void {
  if (depth > 40 || value === undefined || value === null) return
  const name = path.slice(path.lastIndexOf('.') + 1)
  if (typeof value === 'string') {
    if (value.length > 12 && value.includes('"Statement"')) documents.set(path, value)
    if (whyMasked(value) !== undefined && documentNames.has(name)) hidden.add(path)
  } else if (Array.isArray(value)) value.forEach((item, i) => collect(item, `${path}[${i}]`, documents, hidden, depth + 1))
  else if (isPlain(value)) {
    if (whyMasked(value) !== undefined) {
      if (documentNames.has(name)) hidden.add(`${path} ${JSON.stringify(value)}`)
    } else if (value['Statement'] !== undefined) documents.set(path, value)
    else for (const key of Object.keys(value)) collect(value[key], path === '' ? key : `${path}.${key}`, documents, hidden, depth + 1)
  }
}

function hiddenDocuments(change: Change, was: Set<string>, is: Set<string>, out: Collector): void {
  for (const place of is) {
    const path = place.split(' ', 1)[0] ?? place
    // Hidden as before, and Terraform says that it does not change.
    if (was.has(place)) continue
    if (/(?:^|\.)(?:content|json)$/.test(path) && !change.resource.type.includes('polic')) continue
    out.add('iam_hidden', change.address, `${path} is hidden`)
  }
}

function unknownDocuments(change: Change, out: Collector): void {
  const { before, after_unknown: unknown } = change.resource.change
  if (!isPlain(unknown)) return
  for (const name of Object.keys(unknown)) {
    if (unknown[name] !== true || !documentNames.has(name)) continue
    const was = isPlain(before) && Object.hasOwn(before, name) ? before[name] : undefined
    const required = requiresDocument.test(change.resource.type) && requiredName.test(name)
    if (required || (typeof was === 'string' && was !== '')) out.add('iam_hidden', change.address, `${name} is not known until the apply`)
  }
}

export function policyRule(change: Change, out: Collector): void {
  const { resource } = change
  if (resource.mode !== 'managed') return
  const [olds, news] = [new Map<string, Json>(), new Map<string, Json>()]
  const [hiddenBefore, hiddenAfter] = [new Set<string>(), new Set<string>()]
  collect(resource.change.before, '', olds, hiddenBefore, 0)
  if (change.class === 'delete' || change.class === 'forget') {
    for (const value of olds.values()) {
      const document = readPolicyDocument(value)
      if (document?.statements.some((statement) => !statement.allow) === true) out.add('iam_wider', change.address, 'a policy that denies is removed')
    }
    return
  }
  collect(resource.change.after, '', news, hiddenAfter, 0)
  hiddenDocuments(change, hiddenBefore, hiddenAfter, out)
  unknownDocuments(change, out)
  for (const [path, value] of news) {
    const old = olds.get(path)
    if (old !== undefined && JSON.stringify(old) === JSON.stringify(value)) continue
    const after = readPolicyDocument(value)
    if (after === undefined) continue
    const before = readPolicyDocument(old)
    for (const widening of widenings(before ?? noDocument, after, before === undefined)) out.add(widening.code, change.address, widening.detail)
  }
  for (const [path, value] of olds) {
    const document = news.has(path) ? undefined : readPolicyDocument(value)
    if (document?.statements.some((statement) => !statement.allow) === true) out.add('iam_wider', change.address, 'a policy that denies is removed')
  }
}
