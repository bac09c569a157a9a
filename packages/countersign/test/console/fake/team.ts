/** People, sessions and addresses, as the API has them: only to be looked at. What is asked about people is tried on the real server (team.test.ts). */
import { id, thumbprint } from './statements.ts'

type Member = Record<string, unknown>
export type Team = { roles: string[]; members: Member[]; reports: unknown[]; terminals: unknown[]; others: unknown[]; sites: { rpId: string; origins: string[]; newest: boolean }[]; apps: Record<string, unknown> }

const at = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString()
const hour = 60
const day = 24 * hour

export const noTeam = (): Team => ({
  roles: ['owner'], members: [], reports: [], terminals: [], others: [], sites: [],
  apps: { apps: [], pendingApps: [], login: '', passwordChangedAt: null, recoveryCodes: 0 },
})

function member(name: string, roles: { role: string; scope: string }[], over: Member = {}): Member {
  return {
    id: id('usr', name), name, roles, status: 'active', keys: 2, invitedUntil: null, pending: null, recovery: null, linked: [], apps: 0, pendingApp: null, profile: null, yours: true, you: false, ...over,
  }
}

/** Somebody in each condition that a person can be in. */
export function fillTeam(team: Team, me: { id: string; name: string }): void {
  team.members = [
    member(me.name, [{ role: 'owner', scope: '' }], { id: me.id, you: true, yours: false }),
    member('Ben Okafor', [{ role: 'operator', scope: 'payments' }, { role: 'approver', scope: '' }], { profile: { login: 'ben', email: 'ben@example.com' }, apps: 1 }),
    member('Mei Tanaka', [{ role: 'operator', scope: 'payments/billing-prod' }], { status: 'key waits', keys: 0, pending: { id: id('aut', 'mei'), label: 'Phone', aaguid: '', address: '10.20.4.61', client: 'Safari on iOS', createdAt: at(-9), expiresAt: at(2 * day), vouched: false, yours: true } }),
    member('Idris Malik', [{ role: 'approver', scope: '' }], { status: 'invited', keys: 0, invitedUntil: at(2 * day) }),
    member('Lena Vogt', [{ role: 'auditor', scope: '' }], { recovery: { startedAt: at(-5 * hour), opensAt: at(19 * hour) } }),
    member('Sam Reyes', [{ role: 'operator', scope: 'shop' }], { keys: 0, apps: 0, pendingApp: { id: id('aut', 'sam'), label: 'Work phone', createdAt: at(-20) } }),
  ]
  team.reports = [{ code: 'K7QF-2M9D-4XWT', kind: 'run', requester: { id: id('usr', 'Ben Okafor'), name: 'Ben Okafor' }, source: { address: '203.0.113.9', client: 'countersign 0.1.0, linux' }, askedAt: at(-3 * hour), reportedAt: at(-3 * hour + 2), reportedBy: 'Ben Okafor' }]
}

export function fillSessions(team: Team): void {
  team.others = [{ id: id('ses', 'phone'), createdAt: at(-9 * hour), lastSeenAt: at(-12), idleExpiresAt: at(3), expiresAt: at(3 * hour), address: '10.20.4.61', client: 'Safari on iOS', thisSession: false, amr: 'pwd otp' }]
  team.terminals = [
    { id: id('tok', 'one'), client: 'Countersign CLI, rosa@thinkpad', createdAt: at(-2 * hour), expiresAt: at(6 * hour), thumbprint: thumbprint('thinkpad') },
    { id: id('tok', 'two'), client: 'Terraform', createdAt: at(-30), expiresAt: at(7 * hour), thumbprint: '' },
  ]
}

export function fillApps(team: Team): void {
  team.apps = {
    apps: [{ id: id('aut', 'app'), kind: 'totp', label: 'Authenticator app', createdAt: at(-40 * day), lastUsedAt: at(-2 * day), thisSession: false }],
    pendingApps: [{ id: id('aut', 'waits'), label: 'Old phone', createdAt: at(-6), fingerprint: 'K7QF-2M9D-4XWT', fromTerminal: '' }], login: 'rosa', passwordChangedAt: at(-40 * day), recoveryCodes: 7,
  }
}

export function fillSites(team: Team, origin: string): void {
  team.sites = [{ rpId: 'localhost', origins: [origin], newest: false }, { rpId: 'countersign.example.com', origins: ['https://countersign.example.com'], newest: true }]
}

/** null: none of these. */
export function teamRoutes(team: Team, me: { id: string; name: string }, path: string, origin: string): unknown {
  const own = { id: id('ses', 'one'), createdAt: at(-1), lastSeenAt: at(0), idleExpiresAt: at(15), expiresAt: at(12 * hour), address: '10.20.4.17', client: 'Firefox on Linux', thisSession: true, amr: 'hwk user' }
  switch (path) {
    case '/members': return { members: team.members }
    case '/members/me': return member(me.name, [{ role: 'owner', scope: '' }], { id: me.id, you: true, yours: false })
    case '/reports': return { reports: team.reports }
    case '/sessions': return { sessions: [own, ...team.others] }
    case '/terminals': return { terminals: team.terminals }
    case '/sites': return { sites: team.sites.length > 0 ? team.sites : [{ rpId: 'localhost', origins: [origin], newest: true }], served: [origin] }
    default: return null
  }
}

/** What a link opens before anybody is signed in. null: none of these. */
export function joinRoutes(path: string): unknown {
  if (path === '/invitation/show') return { person: { id: id('usr', 'Mei Tanaka'), name: 'Mei Tanaka' }, expiresAt: at(2 * day) }
  if (path !== '/invitation/app/begin') return null
  const picture = Array.from({ length: 29 }, (_, y) => Array.from({ length: 29 }, (_, x) => ((x * 7 + y * 13 + ((x * y) % 5)) % 3 === 0 ? '1' : '0')).join(''))
  return { ceremony: 'cer', secret: 'JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP', address: 'otpauth://totp/Countersign:mei', picture }
}
