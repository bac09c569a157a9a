/** For each state of the source: what it is, what is here, and so what is to be done. Nothing is asked yet. */
import type { Session } from '../../client/session.ts'
import { CliError } from '../../exit.ts'
import { pathOf, stateAnswer } from '../wire.ts'
import { factsOf, type Facts } from './facts.ts'
import type { Done, Journal } from './journal.ts'
import type { Mapped } from './mapping.ts'
import type { Source } from './source.ts'

/** What is current here; version 0: nothing. */
export type Current = Facts & { readonly version: number }

/**
 * `new` nothing is here; `newer` the same state, further on; `in` these very bytes are current, or an earlier import brought them;
 * `behind` what is here is as far or further; `other` another state altogether; `empty` nothing is there.
 */
export type Verdict = 'new' | 'newer' | 'in' | 'behind' | 'other' | 'empty'

export type Item = { readonly from: Mapped; readonly verdict: Verdict; readonly facts: Facts | undefined; readonly current: Current }

export async function decide(session: Session, source: Source, journal: Journal, from: Mapped): Promise<Item> {
  const [bytes, current] = [await source.read(from), await currentOf(session, from.target)]
  if (!bytes) return { from, verdict: 'empty', facts: undefined, current }
  const facts = factsOf(bytes, from.name)
  return { from, verdict: verdictOf(facts, current, journal.done(from)), facts, current }
}

export function verdictOf(facts: Facts, current: Current, before: Done | undefined): Verdict {
  if (current.digest === facts.digest || before?.digest === facts.digest) return 'in'
  if (current.version === 0) return 'new'
  if (current.lineage !== facts.lineage) return 'other'
  return facts.serial > current.serial ? 'newer' : 'behind'
}

export async function currentOf(session: Session, workspace: string): Promise<Current> {
  try {
    const { version, lineage, serial, digest, size } = stateAnswer('workspace', await session.api.call('GET', pathOf(workspace)))
    return { version, lineage, serial, digest, size }
  } catch (error) {
    if (error instanceof CliError && error.code === 'workspace_not_found') return { version: 0, lineage: '', serial: 0, digest: '', size: 0 }
    throw error
  }
}
