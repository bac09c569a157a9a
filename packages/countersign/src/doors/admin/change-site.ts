/**
 * Moving to another address. Keys belong to the host name that they were made for, so nothing moves by itself: an owner countersigns
 * that the installation is served at one more address, everybody makes a key there with a key of the old address, and the old one
 * is given up, countersigned as well. The directory has the last word on each.
 */
import { keysOf, parseSubject, roleAt, sitesAt, type Directory } from '@countersign/proof'
import type { Authorized, Completed } from '../../gate/index.ts'
import { GateError } from '../../gate/index.ts'
import { rfc3339 } from '../../platform/clock.ts'
import { newId } from '../../platform/ids.ts'
import type { Tx } from '../../platform/store/store.ts'
import { askedBy } from './asked-by.ts'
import { AdminError } from './errors.ts'
import type { AdminDeps } from './ports.ts'

export type SiteChange = { change: 'add' | 'retire'; url: string }

export async function askSite(deps: AdminDeps, by: Authorized<'relying-party.change'>, asked: SiteChange): Promise<{ code: string; expiresAt: string; /** other addresses of the same host name, which end with it */ replaces: readonly string[] }> {
  const { rpId, origin } = parseSite(asked.url)
  return deps.store.write(async (tx) => {
    const directory = await deps.sites(tx)
    const held = sitesAt(directory, directory.size)
    const same = held.find((site) => site.rpId === rpId && site.origins.includes(origin))
    if (asked.change === 'add' && same) throw new AdminError('site_unfit', `The installation is served at ${origin} already.`, 'Nothing needs to be changed.')
    if (asked.change === 'retire' && (!same || held.length < 2)) throw new AdminError('site_unfit', same ? 'This is the last address.' : `The installation is not served at ${origin}.`, 'Look at the addresses again.')
    if (asked.change === 'retire') refuseStrandedOwner(directory, rpId)
    const request = newId('req', deps.clock, deps.random)
    const answer = await deps.gate.ask(tx, by, {
      input: askedBy(by), ref: request, scope: 'sites', over: '', ids: { ref: request },
      subject: (policy) => ({
        v: 1, kind: 'relying-party', instance: deps.place.instance, org: deps.place.org, action: 'relying-party.change', request, change: asked.change, rpId,
        origins: same ? [...same.origins] : [origin], requester: by.actor.id, policy,
      }),
    })
    if (answer.effect !== 'step-up') throw new GateError('denied_by_policy', 'The address cannot be changed this way.', 'Ask an owner.')
    // A host name is served at what its newest statement says and nowhere else; its keys go on at the new address.
    const replaces = asked.change === 'add' ? (held.find((site) => site.rpId === rpId)?.origins ?? []) : []
    return { code: answer.code, expiresAt: rfc3339(answer.expiresAt), replaces }
  })
}

export async function takeSite(deps: AdminDeps, tx: Tx, { challenge, signed, grant }: Completed): Promise<void> {
  await deps.gate.covers(tx, { grant, action: 'relying-party.change', subjectDigest: challenge.subject_digest, actor: challenge.requester, executor: challenge.executor })
  const subject = parseSubject(challenge.subject)
  if (subject.kind === 'relying-party' && subject.change === 'retire') refuseStrandedOwner(await deps.sites(tx), subject.rpId)
  await deps.enter(tx, challenge.subject, signed.map((one) => one.countersignature))
  await deps.ledger.append(tx, { type: 'site.changed', ids: { ref: challenge.ref, person: challenge.requester }, details: { subjectDigest: challenge.subject_digest } })
}

/**
 * An owner whose keys all end with the address would still count as one who has a key, and can sign nothing: where two owners have
 * to sign, nobody could change anything any more, and the host would not let the other one back in.
 */
function refuseStrandedOwner(directory: Directory, retired: string): void {
  const left = sitesAt(directory, directory.size).map(({ rpId }) => rpId).filter((rpId) => rpId !== retired)
  for (const { id, name } of directory.people.values()) {
    const keys = keysOf(directory, id, directory.size)
    if (!roleAt(directory, id, 'owner', '', directory.size) || keys.length === 0 || keys.some(({ rpId }) => left.includes(rpId))) continue
    throw new AdminError('site_unfit', `${name}, an owner, has no key of another address.`, 'Let them make one there first.')
  }
}

export async function showSites(deps: AdminDeps, _: Authorized<'policy.read'>): Promise<{ sites: { rpId: string; origins: readonly string[]; newest: boolean }[]; served: readonly string[] }> {
  return deps.store.read(async (db) => {
    const directory = await deps.sites(db)
    const held = sitesAt(directory, directory.size)
    return { sites: held.map(({ rpId, origins }, at) => ({ rpId, origins, newest: at === held.length - 1 })), served: deps.place.sites.map(({ origin }) => origin) }
  })
}

/** An origin over https; http only for localhost, where browsers take keys without TLS. */
function parseSite(text: string): { rpId: string; origin: string } {
  const url = URL.canParse(text) ? new URL(text) : null
  const unfit = (why: string): AdminError => new AdminError('site_unfit', why, 'Give it as https://countersign.example.com.')
  if (!url || url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '') throw unfit('This is no address of a site.')
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && url.hostname === 'localhost')) throw unfit('An address is https, or http://localhost.')
  if (/^[\d.]+$/.test(url.hostname) || url.hostname.includes(':')) throw unfit('Keys are bound to a name, and not to a number.')
  return { rpId: url.hostname, origin: url.origin }
}
