/**
 * Somebody who was invited and has no key enrols with an authenticator app and a password, over the link that they were given.
 *
 * Whoever intercepts the link can do this in their place. So what comes out waits: the person tells the fingerprint of their app by
 * another way, and whoever vouches types it. Until then neither the app nor the password opens anything.
 */
import { createHash } from 'node:crypto'
import { afterCommit } from '../../platform/store/unit.ts'
import { endLinks, findLink } from '../invitation/link.ts'
import { keepFirstPassword, preparePassword, type PasswordRoom } from '../passwords/passwords.ts'
import { profileOf, setProfile } from '../profiles/profiles.ts'
import { dropUnvouched, type PendingApp } from './apps.ts'
import { beginApp, confirmIn, parseBoth, type Shown } from './enrol.ts'
import type { Enrolling } from './stages.ts'
import { refuseOwner } from './vouch.ts'

/** The ceremony belongs to the link, as it does to a session where there is one. */
function enrolling(token: string, link: { person: string; name: string }): Enrolling {
  return { person: { id: link.person, name: link.name }, session: createHash('sha256').update('countersign.invited.v1\n').update(token, 'utf8').digest('hex') }
}

export async function beginInvitedApp(room: PasswordRoom, given: { token: string; label: string }): Promise<Shown> {
  const link = await room.ports.store.read(async (db) => {
    const found = await findLink(room, db, given.token)
    refuseOwner(await room.directory.state(db), found.person)
    return found
  })
  return await beginApp(room, enrolling(given.token, link), given)
}

/** `login`: asked of somebody to whom the inviter gave none. */
export async function confirmInvitedApp(
  room: PasswordRoom, given: { token: string; ceremony: string; codes: readonly [string, string]; password: string; login?: string | undefined },
): Promise<PendingApp & { name: string; login: string }> {
  const { store, clock, notify } = room.ports
  const codes = parseBoth(given.codes)
  const link = await store.read((db) => findLink(room, db, given.token))
  const who = enrolling(given.token, link)
  await store.write(async (tx) => {
    await findLink(room, tx, given.token)
    const kept = await profileOf(tx, link.person)
    if (!kept && given.login !== undefined) await setProfile(tx, { person: link.person, login: given.login, email: '' })
  })
  const prepared = await preparePassword(room, { person: who.person, password: given.password })
  return await store.write(async (tx) => {
    await findLink(room, tx, given.token)
    // One of a link that was used before, perhaps by a thief, waits no longer: whoever vouches would look at that one.
    await dropUnvouched(tx, link.person)
    const pending = await confirmIn(room, tx, who, { ceremony: given.ceremony, codes })
    await keepFirstPassword(room, tx, prepared)
    await endLinks(tx, link.person, clock.now())
    afterCommit(tx, () => notify.changed('members'))
    return { ...pending, name: link.name, login: prepared.login }
  })
}
