/**
 * The policy in force, proven: from the digest that the genesis statement pinned, through every countersigned change, to the
 * newest text. A server that is taken over, or a database that was written to, can put another text there; it cannot make
 * this chain. The server verifies it at its start, the command line before it believes that a run was allowed.
 *
 * Not guaranteed: that the chain was not cut. The server compares its end with the ledger; a terminal compares the last
 * digest with the one that the statement names.
 */
import { ProofError, replayDirectory, verifyConsent } from '@countersign/proof'
import type { Countersignature, TrustFile } from '@countersign/proof'
import { createHash } from 'node:crypto'
import type { Policy } from './decision.ts'
import { parsePolicy, PolicyError } from './parse.ts'

export type PolicyVersion = {
  text: string
  /** Canonical text of the statement that changed it; "" for the first. */
  subject: string
  countersignatures: readonly Countersignature[]
  /** How long the directory was when it was countersigned; 0 for the first. */
  directorySize: number
}

export type PolicyChain = {
  versions: readonly PolicyVersion[]
  /** Canonical directory entries, from genesis on. */
  entries: readonly string[]
  trust?: TrustFile | null
  demonstration: boolean
  /** Whether a policy may ask for aal3: see `parsePolicy`. */
  attested?: boolean | undefined
}

/** @throws PolicyError `policy_chain_broken`, or ProofError for a directory that does not replay. */
export async function verifyPolicyChain(chain: PolicyChain): Promise<Policy> {
  const trust = chain.trust ?? null
  const directory = await replayDirectory(chain.entries, { trust })
  let before: { digest: string; directorySize: number } | null = null
  for (const [at, version] of chain.versions.entries()) {
    const digest = createHash('sha256').update(version.text, 'utf8').digest('hex')
    if (before === null) {
      if (digest !== directory.policy) broken('the first policy is not the one that the genesis statement pinned')
    } else {
      await verifyLink(at, before, { ...version, digest }, chain.entries, trust)
    }
    before = { digest, directorySize: version.directorySize }
  }
  const last = chain.versions.at(-1)
  return last ? parsePolicy(last.text, chain) : broken('there is none')
}

/** The directory is cut to what it was then: a key that was revoked since counted at the time. It never gets shorter along the chain. */
async function verifyLink(
  at: number, before: { digest: string; directorySize: number }, version: PolicyVersion & { digest: string }, entries: readonly string[], trust: TrustFile | null,
): Promise<void> {
  if (version.directorySize < before.directorySize || version.directorySize > entries.length) broken(`policy ${at} names a directory that was not there`)
  try {
    const { subject } = await verifyConsent({
      subject: version.subject, countersignatures: version.countersignatures, directory: entries.slice(0, version.directorySize), trust,
    })
    if (subject.kind !== 'policy' || subject.from !== before.digest || subject.to !== version.digest) broken(`the statement of policy ${at} is about another change`)
  } catch (error) {
    if (error instanceof ProofError) broken(`policy ${at} was not countersigned as it must be (${error.code})`, error)
    throw error
  }
}

function broken(why: string, cause?: unknown): never {
  const next = 'Somebody changed it where it is kept. Restore the database from a backup; with this one nothing is decided.'
  throw new PolicyError('policy_chain_broken', `The policy cannot be trusted: ${why}.`, next, { cause })
}
