/**
 * policy.yaml to a policy, or a coded error that names the line. The text is what was countersigned, so it is kept as
 * it is and hashed as it is; only its meaning is normalised.
 */
import { createHash } from 'node:crypto'
import { parseDocument } from 'yaml'
import { policyDocument } from './schema.ts'
import type { PolicyDocument } from './schema.ts'
import type { Policy } from './decision.ts'
import { environmentOf, evaluate } from './evaluate.ts'

export type PolicyErrorCode = 'policy_not_yaml' | 'policy_invalid' | 'policy_too_large' | 'policy_demonstration' | 'policy_chain_broken'

export class PolicyError extends Error {
  readonly code: PolicyErrorCode
  readonly next: string
  constructor(code: PolicyErrorCode, message: string, next: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'PolicyError'
    this.code = code
    this.next = next
  }
}

const LARGEST = 256 * 1024

/** What the reader of a policy is set up for. `attested`: there are roots to which attestations are verified, so that a key can reach aal3. */
export type PolicyOptions = { demonstration: boolean; attested?: boolean | undefined }

/** @throws PolicyError when the text is not a policy, is a demonstration's and `demonstration` is not set, or asks for aal3 and `attested` is not set. */
export function parsePolicy(text: string, options: PolicyOptions): Policy {
  if (text.length > LARGEST) {
    throw new PolicyError(
      'policy_too_large',
      `The policy has ${text.length} characters; at most ${LARGEST} are read.`,
      'Shorten it, for example with patterns in place of lists.',
    )
  }
  const document = parseDocument(text, { version: '1.2', strict: true, uniqueKeys: true, maxAliasCount: 0 } as Parameters<typeof parseDocument>[1])
  const broken = document.errors[0] ?? document.warnings[0]
  if (broken) {
    throw new PolicyError(
      'policy_not_yaml',
      `The policy is not valid YAML: ${broken.message.split('\n')[0] ?? broken.message}`,
      'Mend that line and try again.',
    )
  }
  const parsed = policyDocument.safeParse(toPlain(document))
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const where = issue && issue.path.length > 0 ? issue.path.join('.') : 'the document'
    throw new PolicyError(
      'policy_invalid',
      `The policy is not valid: ${where}: ${issue?.message ?? 'unreadable'}.`,
      'See docs/guide/policy.md for the members a policy may have.',
    )
  }
  refuseAmbiguity(parsed.data)
  if (options.attested !== true) refuseUnreachable(parsed.data)
  if (parsed.data.demonstration && !options.demonstration) {
    throw new PolicyError(
      'policy_demonstration',
      "This policy is a demonstration's: it trusts a software key.",
      'Remove "demonstration: true", or use it only on a server started for a demonstration.',
    )
  }
  return policyOf(parsed.data, text)
}

function toPlain(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 })
  } catch {
    throw new PolicyError('policy_not_yaml', 'The policy uses YAML aliases, which are not read.', 'Write the values out.')
  }
}

function refuseAmbiguity(document: PolicyDocument): void {
  const seen = new Set<string>()
  for (const { name } of document.rules) {
    if (seen.has(name)) {
      throw new PolicyError('policy_invalid', `Two rules have the name "${name}".`, 'Decisions name their rule: give each one a name of its own.')
    }
    seen.add(name)
  }
  for (const rule of document.rules) {
    if (rule.then !== 'countersign' || !rule.require) continue
    const { approvals, 'approver-role': role, 'self-step-up': self } = rule.require
    if (approvals > 0 && role === '') {
      throw new PolicyError('policy_invalid', `The rule "${rule.name}" asks for ${approvals} approvals and does not say of which role.`, 'Add approver-role.')
    }
    if (approvals === 0 && role !== '') {
      throw new PolicyError(
        'policy_invalid',
        `The rule "${rule.name}" names the approvers' role ${role} and asks for no approvals.`,
        'Add approvals, or leave approver-role away.',
      )
    }
    if (approvals === 0 && !self) {
      throw new PolicyError(
        'policy_invalid',
        `The rule "${rule.name}" asks nobody to countersign.`,
        'Ask for a self-step-up or for approvals, or write "then: allow".',
      )
    }
  }
}

/** A rule that no key can meet would be a denial that does not say so. */
function refuseUnreachable(document: PolicyDocument): void {
  const rule = document.rules.find((one) => one.then === 'countersign' && one.require?.assurance === 'aal3')
  if (!rule) return
  throw new PolicyError(
    'policy_invalid',
    `The rule "${rule.name}" asks for aal3, and this server has no roots to which it could verify what a key is.`,
    "Start it with attestation_roots, a file with the roots of your keys' makers; or ask for aal2 and phishing-resistant: true.",
  )
}

function policyOf(document: PolicyDocument, text: string): Policy {
  return {
    digest: createHash('sha256').update(text, 'utf8').digest('hex'),
    text,
    document,
    demonstration: document.demonstration,
    environmentOf: (workspace) => environmentOf(document, workspace),
    evaluate: (input) => evaluate(document, input),
  }
}
