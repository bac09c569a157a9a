/** Who is a member, with which roles and keys, and what is on its way: invitations, keys that wait, recoveries. */
import { keysOf, rolesOf } from '@countersign/proof'
import type { Authorized } from '../../gate/index.ts'
import { rfc3339 } from '../../platform/clock.ts'
import { MemberError } from './errors.ts'
import type { MembersDeps } from './ports.ts'
import { mayTouch, recoveryOf, recoveryOpensAfter } from './roles.ts'

export type MemberView = {
  id: string
  name: string
  roles: { role: string; scope: string }[]
  status: 'active' | 'invited' | 'key waits' | 'no key'
  keys: number
  /** Authenticator apps that count. */
  apps: number
  /** An authenticator app that waits for somebody's word; its fingerprint is told by the person, and is not here. */
  pendingApp: { id: string; label: string; createdAt: string } | null
  /** What they sign in with where they have no key, and where notices go: for those who may change them. */
  profile: { login: string; email: string } | null
  /** Until when the enrolment link is good; null without one. */
  invitedUntil: string | null
  pending: { id: string; label: string; aaguid: string; address: string; client: string; createdAt: string; expiresAt: string; /** one owner has vouched, another has to as well */ vouched: boolean; yours: boolean } | null
  /** `opensAt`: from when on a new key can be made, unless it is vetoed before. */
  recovery: { startedAt: string; opensAt: string } | null
  linked: string[]
  /** Whether the reader may change this person. */
  yours: boolean
  you: boolean
}

export async function listMembers(deps: MembersDeps, { actor }: Authorized<'member.read'>): Promise<MemberView[]> {
  return views(deps, actor.id)
}

/** Everybody sees what is going on about themself: a recovery that they did not want is vetoed by who sees it. */
export async function showMe(deps: MembersDeps, { actor }: Authorized<'challenge.read'>): Promise<MemberView> {
  const me = (await views(deps, actor.id)).find(({ you }) => you)
  if (!me) throw new MemberError('member_not_found', 'You are no member any more.', 'Ask an owner.')
  return me
}

/** What a person was told about themself, in the last weeks. */
export async function listNotices(deps: MembersDeps, { actor }: Authorized<'challenge.read'>) {
  const notices = await deps.store.read((db) => deps.notices.of(db, actor.id))
  return { notices: notices.map(({ id, kind, text, at }) => ({ id, kind, text, at: rfc3339(at) })) }
}

async function views(deps: MembersDeps, reader: string): Promise<MemberView[]> {
  return deps.store.read(async (db) => {
    const directory = await deps.directory(db)
    const [links, pending, pendingApps] = await Promise.all([deps.invitation.open(db), deps.invitation.pending(db), deps.codes.waiting(db)])
    const views: MemberView[] = []
    for (const { id, name } of directory.people.values()) {
      const roles = rolesOf(directory, id, directory.size).map(({ role, scope }) => ({ role, scope }))
      if (roles.length === 0) continue
      const keys = keysOf(directory, id, directory.size).length
      const waits = pending.find((one) => one.person === id)
      const recovery = recoveryOf(directory, id)
      const link = links.find((one) => one.person === id)
      const apps = (await deps.codes.of(db, id)).length
      const app = pendingApps.find((one) => one.person === id)
      const yours = mayTouch(directory, reader, id)
      const profile = yours || id === reader ? await deps.profiles.of(db, id) : undefined
      views.push({
        id, name, roles, keys, apps, status: waits || app ? 'key waits' : keys + apps > 0 ? 'active' : link ? 'invited' : 'no key',
        pendingApp: app ? { id: app.id, label: app.label, createdAt: rfc3339(app.createdAt) } : null,
        profile: profile ? { login: profile.login, email: profile.email } : null,
        invitedUntil: link ? rfc3339(link.expiresAt) : null,
        pending: waits ? {
          id: waits.id, label: waits.label, aaguid: waits.aaguid, address: waits.address, client: waits.client,
          createdAt: rfc3339(waits.createdAt), expiresAt: rfc3339(waits.expiresAt), vouched: waits.vouched, yours: waits.part(reader) === (waits.vouched ? 'second' : 'first'),
        } : null,
        recovery: recovery ? { startedAt: rfc3339(recovery.startedAt), opensAt: rfc3339(recovery.startedAt + recoveryOpensAfter) } : null,
        linked: directory.links.flatMap((one) => (one.person === id ? [one.same] : one.same === id ? [one.person] : [])),
        yours, you: id === reader,
      })
    }
    return views
  })
}
