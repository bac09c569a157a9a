/** The state door of the fake server: workspaces in every condition, and names as hostile as they come through. */
import { digest, id } from './statements.ts'
import type { World } from './world.ts'
import type { Answer, Call } from './routes.ts'

type Fields = Record<string, unknown>
export type FakeStates = { workspaces: Fields[]; versions: Record<string, Fields[]>; reads: Fields[]; credentials: Fields[]; secrets: Fields[]; diff: Fields; waiting: Fields[]; body: string; answers: 'allowed' | 'waiting' | 'denied'; asked: unknown[] }

const ok = (body: unknown): Answer => ({ status: 200, body })
const at = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString()

export const rosa = { id: id('usr', 'rosa'), name: 'Rosa Lindqvist' }
export const amir = { id: id('usr', 'amir'), name: 'Amir Haddad' }
/** As long as a name may be, and not in one alphabet. */
export const longName = `data/${'größenänderung-データ基盤-الشبكة/'.repeat(6)}ende`

/** Right-to-left override: drawn as it is, it would turn the end of the address round. */
export const deceivingAddress = 'aws_iam_role.deploy["\u202enimda\u202c"]'

export function version(fields: Fields): Fields {
  const number = Number(fields['version'])
  return {
    current: false, status: 'kept', origin: 'write', from: 0, lineage: '8f2c1a4e-77b1-4b0e-9a51-0d3c6f1e2b90', serial: number + 4, size: 148_200 + number * 1_310, digest: digest(`v${number}`), resources: 61 + number, outputs: 7, secrets: 3, opaque: false,
    person: number % 3 === 0 ? amir : rosa, credential: id('stc', 'one'), run: number % 2 === 0 ? id('run', 'a') : '', lock: digest(`lock ${number}`), evidence: 'K7QF2M9D4XWT', source: '10.20.4.17', why: '', at: at((13 - number) * 1_440 - 1_200), deletedAt: null, destroyAt: null,
    ...fields,
  }
}

export function workspace(name: string, fields: Fields = {}): Fields {
  return {
    name, environment: 'prod', enforcement: { level: 'state-gated', why: 'the state is read and written through this server only' }, version: 12, serial: 16, lineage: '8f2c1a4e-77b1-4b0e-9a51-0d3c6f1e2b90', size: 163_920, digest: digest('v12'),
    resources: 73, secrets: 0, opaque: false, lock: null, frozen: null, quarantined: 0, lastChange: { at: at(240), person: rosa, origin: 'write', version: 12, deletedAt: null }, ...fields,
  }
}

export const heldLock = { mode: 'write', operation: 'OperationTypeApply', who: 'rosa\u202ekcabniar@thinkpad', person: rosa, source: '10.20.4.17', run: id('run', 'a'), since: at(6), capAt: at(-1_434) }

export function newStates(): FakeStates {
  return { workspaces: [], versions: {}, reads: [], credentials: [], secrets: [], diff: difference(), waiting: [], body: '{\n  "version": 4,\n  "resources": []\n}\n', answers: 'allowed', asked: [] }
}

export function difference(): Fields {
  return {
    from: 11, to: 12, added: ['aws_security_group_rule.allow_office', deceivingAddress, 'module.cache.aws_elasticache_cluster.sessions'], changed: ['aws_db_instance.billing', 'aws_lb_listener.https'], removed: ['aws_s3_bucket.invoices_2019'],
    outputs: { added: ['cache_endpoint'], changed: [], removed: [] }, opaque: false,
  }
}

/** A company's afternoon: something held, something frozen, something deleted, much in order. */
export function fillStates(states: FakeStates): void {
  states.workspaces.push(
    workspace('data/warehouse', { version: 41, size: 23_400_000, resources: 2_412, secrets: 17, lastChange: { at: at(2_900), person: amir, origin: 'import', version: 41, deletedAt: null } }),
    workspace(longName, { environment: 'staging', lock: { ...heldLock, mode: 'plan', operation: 'OperationTypePlan', person: amir, run: '', who: 'amir@build-7' } }),
    workspace('payments/billing-prod', { secrets: 3, lock: heldLock }),
    workspace('payments/ledger', { frozen: { at: at(52), why: 'its lock had been ended' }, quarantined: 2, lastChange: { at: at(9_000), person: rosa, origin: 'rollback', version: 7, deletedAt: null }, version: 7 }),
    workspace('platform/dns-dev', { environment: 'dev', opaque: true, resources: 0, size: 4_212 }),
    workspace('shop/retired', { version: 0, serial: 0, size: 0, digest: '', lineage: '', resources: 0, lastChange: { at: at(20_000), person: amir, origin: 'write', version: 3, deletedAt: at(60) } }),
  )
  const billing = Array.from({ length: 12 }, (_, index) => version({ version: 12 - index, current: index === 0 }))
  states.versions['payments/billing-prod'] = [
    ...billing.slice(0, 3), { ...billing[3], origin: 'rollback', from: 6, run: '', credential: '', lock: '' }, { ...billing[4], status: 'deleted', deletedAt: at(4_000), destroyAt: at(-39_000) },
    ...billing.slice(5, 10), { ...billing[10], status: 'destroyed' }, { ...billing[11], origin: 'import' },
  ]
  states.versions['payments/ledger'] = [
    version({ version: 9, status: 'quarantined', why: 'the workspace was frozen', at: at(44), person: amir, resources: 75 }), version({ version: 8, status: 'quarantined', why: 'its lock had been ended', at: at(52) }), version({ version: 7, current: true, origin: 'rollback', from: 5 }),
  ]
  states.reads.push(
    { index: 4_812, at: at(6), version: 12, tier: 'full', purpose: 'terraform plan, under a lock', person: rosa, credential: id('stc', 'one'), source: '10.20.4.17' },
    { index: 4_790, at: at(90), version: 12, tier: 'redacted', purpose: 'looked at in the console', person: amir, credential: '', source: '10.20.4.31' },
    { index: 4_411, at: at(2_000), version: 11, tier: 'outputs', purpose: 'terraform_remote_state of shop/web', person: { id: id('usr', 'gone'), name: '' }, credential: id('stc', 'two'), source: '198.51.100.23' },
  )
  states.secrets.push(
    { address: 'aws_db_instance.billing', path: 'password', why: 'type', kind: 'database password', advice: 'Let the database manage its master password (manage_master_user_password), or give it through the write-only argument password_wo.' },
    { address: 'aws_db_instance.billing', path: 'tags["api_key"]', why: 'pattern', kind: 'access key', advice: 'Read it from a secret store as an ephemeral value, and pass it on to write-only arguments.' },
    { address: `module.mail.${deceivingAddress}`, path: 'data["tls.key"]', why: 'sensitive', kind: 'value marked sensitive', advice: 'Read it from a secret store as an ephemeral value, and pass it on to write-only arguments.' },
  )
  states.credentials.push(
    { id: id('stc', 'one'), workspace: 'payments/billing-prod', phase: 'apply', tier: 'full', person: rosa, executor: '', run: id('run', 'a'), status: 'valid', createdAt: at(40), expiresAt: at(-440), revokedAt: null, revokedWhy: '', lastUsedAt: at(6), lastSource: '10.20.4.17' },
    { id: id('stc', 'two'), workspace: longName, phase: 'plan', tier: 'outputs', person: rosa, executor: '', run: '', status: 'valid', createdAt: at(40), expiresAt: at(-600), revokedAt: null, revokedWhy: '', lastUsedAt: null, lastSource: '' },
    { id: id('stc', 'three'), workspace: 'data/warehouse', phase: 'plan', tier: 'full', person: amir, executor: '', run: '', status: 'valid', createdAt: at(90), expiresAt: at(-500), revokedAt: null, revokedWhy: '', lastUsedAt: at(61), lastSource: '198.51.100.23' },
    { id: id('stc', 'four'), workspace: 'data/warehouse', phase: 'apply', tier: 'full', person: amir, executor: '', run: '', status: 'revoked', createdAt: at(3_000), expiresAt: at(2_500), revokedAt: at(2_800), revokedWhy: 'its terminal was signed out', lastUsedAt: at(2_801), lastSource: '198.51.100.23' },
  )
}

const known = new WeakMap<World, FakeStates>()

export function statesOf(world: World): FakeStates {
  const states = known.get(world) ?? newStates()
  known.set(world, states)
  return states
}

/** null: not a route of the state door. */
export function stateRoutes(world: World, { method, url, body }: Call, path: string): Answer | null {
  const states = statesOf(world)
  if (path === '/state/workspaces') return ok({ workspaces: states.workspaces })
  if (path === '/state/waiting') return ok({ version: states.waiting.length, requests: states.waiting })
  if (path === '/state/credentials') return ok({ credentials: states.credentials })
  if (path.startsWith('/state/credentials/') && method === 'DELETE') {
    const one = states.credentials.find((credential) => path.endsWith(String(credential['id'])))
    if (one !== undefined) Object.assign(one, { status: 'revoked', revokedAt: at(0), revokedWhy: 'revoked' })
    return { status: 204, body: null }
  }
  if (path === '/state/requests' && method === 'POST') {
    const { action, workspace: name } = body as { action: string; workspace: string }
    states.asked.push(body)
    const denied = { status: 'denied', decision: 'deny', reasons: [{ code: 'denied_by_policy', message: 'No rule lets this pass.', next: 'Ask an owner.' }] }
    return { status: 201, body: { id: id('sta', action), action, workspace: name, decision: 'allow', reasons: [], code: 'K7QF-2M9D-4XWT', source: '10.20.4.17', createdAt: at(0), expiresAt: at(-5), result: null, version: 1, ...(states.answers === 'denied' ? denied : { status: states.answers }) } }
  }
  if (path.endsWith('/redeem')) return ok(states.body)
  const [, encoded = '', part = ''] = /^\/state\/workspaces\/([^/]+)(?:\/(.+))?$/u.exec(path) ?? []
  return encoded === '' ? null : ofWorkspace(states, decodeURIComponent(encoded), part, url)
}

function ofWorkspace(states: FakeStates, name: string, part: string, url: URL): Answer {
  const found = states.workspaces.find((one) => one['name'] === name)
  const versions = states.versions[name] ?? []
  if (found === undefined) return { status: 404, body: { type: 'about:blank', title: 'workspace_not_found', status: 404, detail: `There is no state of ${name} here.`, code: 'workspace_not_found', next: 'List the workspaces, and compare the name letter by letter.' } }
  if (part === '') return ok(found)
  if (part === 'versions') return ok({ versions: versions.filter((one) => Number(one['version']) < Number(url.searchParams.get('before') ?? Number.MAX_SAFE_INTEGER)).slice(0, Number(url.searchParams.get('limit'))) })
  if (part === 'reads') return ok({ reads: states.reads })
  if (part === 'diff') return ok({ ...states.diff, from: Number(url.searchParams.get('from')), to: Number(url.searchParams.get('to')) })
  if (part === 'quarantine') return ok({ frozen: found['frozen'], versions: versions.filter((one) => one['status'] === 'quarantined').map((one) => ({ ...one, diff: states.diff })) })
  return ok({ ...(versions.find((one) => part === `versions/${String(one['version'])}`) ?? version({ version: 12 })), facts: { terraformVersion: '1.11.4', providers: [], addresses: [], outputs: [], secrets: states.secrets, secretsOmitted: 0 } })
}
