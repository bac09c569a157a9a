/**
 * The installation is served at one more site, or at one less, on the owners' word. Several hold at once, so that people can
 * enrol keys for the new one with the keys of the old; a key counts only at the site that it was registered for.
 *
 * A domain that was given up can belong to anybody tomorrow: once a site is retired, nothing that is signed there counts. The
 * last one stays, and so does every one without which no owner would have a key left.
 */
import { ProofError } from '../errors.ts'
import type { RelyingPartySpan } from '../types/directory.ts'
import type { RelyingPartySubject } from '../types/subject.ts'
import { type Change, checkOwnership, countersignedChange, type Step } from './change.ts'
import type { Draft } from './draft.ts'
import { keysOf, relyingPartyAt, roleAt, siteAt, sitesAt } from './moments.ts'

const target = (why: string): ProofError => new ProofError('directory_target', why)

/** Whether some owner has a key of one of these sites. */
const ownersCanSign = (draft: Draft, sites: readonly RelyingPartySpan[]): boolean =>
  [...draft.people.keys()].some(
    (person) =>
      roleAt(draft, person, 'owner', '', draft.size) !== undefined &&
      keysOf(draft, person, draft.size).some((key) => sites.some(({ rpId }) => rpId === key.rpId)),
  )

function checkTarget(draft: Draft, { change, origins }: RelyingPartySubject, held: RelyingPartySpan | undefined): void {
  const same = held !== undefined && held.origins.join(' ') === origins.join(' ')
  if (change === 'add') {
    if (same) throw target('the installation is served at this site already')
    return
  }
  if (!same) throw target('the installation is not served at this site')
  const left = sitesAt(draft, draft.size).filter((site) => site !== held)
  if (left.length === 0) throw target('this is the last site')
  if (!ownersCanSign(draft, left)) throw target('no owner has a key for a site that would be left')
}

export async function enterRelyingParty(step: Step<RelyingPartySubject>): Promise<Change> {
  const { draft, subject } = step
  const { rpId, origins, change } = subject
  const held = siteAt(draft, rpId, draft.size)
  checkTarget(draft, subject, held)
  const newest = relyingPartyAt(draft, draft.size)
  const asked = await countersignedChange(step)
  const demonstration = checkOwnership(asked) || asked.demonstration || newest?.demonstration === true || held?.demonstration === true

  const next = draft.size + 1
  const apply = (): void => {
    draft.relyingParties = draft.relyingParties.map((span) => (span === held ? { ...span, until: next } : span))
    if (change === 'add') draft.relyingParties.push({ from: next, until: null, demonstration, rpId, origins })
  }
  return { signers: asked.signers, apply }
}
