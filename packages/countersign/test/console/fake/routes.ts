/** The routes of the fake server, as the contract of the API has them. */
import type { IncomingHttpHeaders } from 'node:http'
import { beginKey, beginSetup, createKey, createSetup, finishKey, finishSetup, finishSignIn, signInOptions, verifyTouch } from './touches.ts'
import { checkpointOf, consistencyOf, entryOf, newerOf, searchOf, trustOf } from './ledger.ts'
import { policyText } from './records.ts'
import { joinRoutes, teamRoutes } from './team.ts'
import { ask, viewOf } from './world.ts'
import type { Challenge, World } from './world.ts'
import { stateRoutes } from './workspaces.ts'
import { canonical, challengeOf, digest, envelope, id, instance, policyRef, thumbprint } from './statements.ts'

export type Call = { method: string; url: URL; origin: string; headers: IncomingHttpHeaders; body: unknown }
export type Answer = { status: number; body: unknown; cookie?: string } | 'hang up'

export const ok = (body: unknown, cookie?: string): Answer => ({ status: 200, body, ...(cookie === undefined ? {} : { cookie }) })
export const refuse = (status: number, code: string, detail: string, next = ''): Answer => ({ status, body: { type: 'about:blank', title: code, status, detail, code, next } })

const gone = refuse(401, 'session_required', 'You are not signed in.', 'Sign in.')
const missing = refuse(404, 'not_found', 'There is nothing here.', 'Check the address.')

export async function answerOf(world: World, call: Call): Promise<Answer> {
  const { method, url } = call
  const path = url.pathname.slice('/api/v1'.length)
  world.calls.push(`${method} ${path}`)
  if (method !== 'GET' && call.headers['x-countersign'] !== '1') return refuse(400, 'invalid_request', 'The header X-Countersign is missing.')
  const open = await openRoute(world, call, path)
  if (open !== null) return open
  const cookie = /countersign_session=([\w-]+)/u.exec(call.headers.cookie ?? '')?.[1]
  if (cookie === undefined || !world.sessions.has(cookie)) return gone
  if (path.startsWith('/ceremonies')) return ceremonies(world, call, path)
  const ofStates = stateRoutes(world, call, path)
  if (ofStates !== null) return ofStates
  if (path.startsWith('/state/requests/')) return ok({ status: 'done', result: world.stateResult })
  if (path.startsWith('/authenticators')) return authenticators(world, call, path)
  if (path === '/session') {
    if (method !== 'DELETE') return ok(session(world))
    world.sessions.delete(cookie)
    return { status: 204, body: null }
  }
  const ofTeam = method === 'GET' ? teamRoutes(world.team, world.person, path, call.origin) : null
  return ofTeam === null ? records(world, call, path) : ok(ofTeam)
}

async function openRoute(world: World, call: Call, path: string): Promise<Answer | null> {
  const { method } = call
  if (path === '/status') return ok({ name: 'countersign', version: '0.1.0', setUp: world.setUp, demonstration: world.demonstration, rpId: 'localhost', url: call.origin, time: new Date().toISOString() })
  if (method !== 'POST') return null
  const body = call.body as { token?: string }
  const joining = joinRoutes(path)
  if (joining !== null) return ok(joining)
  if (path.startsWith('/setup/') && body.token !== world.setupToken) return refuse(403, 'setup_token_invalid', 'This set-up link is not valid.', 'Start the server again: it prints a new one.')
  if (path === '/setup/begin') return ok(await beginSetup(world, call.body))
  if (path === '/setup/create') return ok(await createSetup(world, call.body, call.origin))
  if (path === '/setup/finish') return ok(await finishSetup(world, call.body, call.origin), newSession(world))
  if (path === '/session/begin') return ok(await signInOptions(world))
  if (path === '/session/finish') return (await finishSignIn(world, call.body, call.origin)) ? ok({ person: world.person }, newSession(world)) : refuse(401, 'assertion_invalid', 'This key is not known here.', 'Use a key that you registered.')
  return null
}

function newSession(world: World): string {
  const cookie = `s${world.sessions.size}${Math.random().toString(36).slice(2)}`
  world.sessions.add(cookie)
  return cookie
}

function session(world: World): unknown {
  const now = Date.now()
  const at = (ms: number): string => new Date(now + ms).toISOString()
  return { person: { ...world.person, roles: world.team.roles }, session: { id: id('ses', 'one'), createdAt: at(-60_000), idleExpiresAt: at(world.idleMs), expiresAt: at(12 * 3_600_000) }, demonstration: world.demonstration }
}

async function ceremonies(world: World, call: Call, path: string): Promise<Answer> {
  if (path === '/ceremonies') return ok({ waiting: [...world.challenges.values()].filter((one) => one.status === 'waiting' && one.may).map((one) => viewOf(world, one)) })
  const [, code = '', step = ''] = /^\/ceremonies\/([^/]+)(?:\/(\w+))?$/u.exec(path) ?? []
  const challenge = world.challenges.get(code)
  if (challenge === undefined) return refuse(404, 'challenge_not_found', `Nothing waits under the code ${code}.`, 'Compare it with your terminal, letter by letter.')
  switch (step) {
    case '':
      return ok(viewOf(world, challenge))
    case 'begin':
      return begin(world, challenge, call)
    case 'finish':
      return finish(world, challenge, call)
    case 'deny':
      challenge.status = 'denied'
      challenge.reported = (call.body as { report: boolean }).report
      return ok(viewOf(world, challenge))
    default:
      return missing
  }
}

async function begin(world: World, challenge: Challenge, call: Call): Promise<Answer> {
  if (world.lies.networkGoneAt === 'begin') return 'hang up'
  if (world.lies.sessionGoneAt === 'begin') return gone
  if (challenge.status !== 'waiting') return refuse(409, `challenge_${challenge.status}`, `This request was ${challenge.status}.`, 'Ask again from the terminal.')
  const typed = (call.body as { typed?: string }).typed ?? ''
  if (challenge.typeCode && typed.toUpperCase().replaceAll(/[\s-]/gu, '') !== challenge.code.replaceAll('-', '')) return refuse(403, 'code_required', 'This request began on another machine: type the code that its terminal shows.', 'Deny it if you did not ask.')
  const text = envelope({ person: world.lies.envelopePerson === true ? id('usr', 'mallory') : world.person.id, role: 'self', origin: world.lies.envelopeOrigin === true ? 'https://evil.example' : call.origin })
  const other = envelope({ person: world.person.id, role: 'self', origin: call.origin })
  const right = challengeOf(challenge.subject, text)
  return ok({
    ceremony: JSON.stringify({ right }), envelope: text,
    options: { challenge: world.lies.challenge === true ? challengeOf(challenge.subject, other) : right, rpId: 'localhost', userVerification: 'required', timeout: 60_000, allowCredentials: world.keys.map((key) => ({ type: 'public-key', id: key.credential })) },
  })
}

async function finish(world: World, challenge: Challenge, call: Call): Promise<Answer> {
  if (world.lies.sessionGoneAt === 'finish') return gone
  const { ceremony, response } = call.body as { ceremony: string; response: { id: string } }
  const { right } = JSON.parse(ceremony) as { right: string }
  const key = await verifyTouch(world, response, right, call.origin)
  if (key === null) return refuse(400, 'assertion_invalid', 'The signature is not valid.', 'Try again.')
  challenge.signed.push({ person: world.person.id, name: world.person.name, role: 'self', at: new Date().toISOString(), label: key.label })
  if (challenge.signed.length >= challenge.approvals) challenge.status = 'countersigned'
  else challenge.may = false
  return ok(viewOf(world, challenge))
}

async function authenticators(world: World, call: Call, path: string): Promise<Answer> {
  if (path === '/authenticators') {
    return ok({
      authenticators: world.keys.map((key, index) => ({
        id: key.id, label: key.label, credential: key.credential, createdAt: new Date(key.addedAt).toISOString(), lastUsedAt: key.usedAt === null ? null : new Date(key.usedAt).toISOString(),
        backupEligible: key.synced, backedUp: key.synced, aaguid: '00000000-0000-0000-0000-000000000000', model: key.synced ? 'iCloud Keychain' : 'YubiKey 5 Series', claimed: key.synced, attestedBy: key.synced ? '' : 'Test Maker Root', demonstration: world.demonstration, thisSession: index === 0, alg: -7,
      })),
      pendingKey: null, ...world.team.apps,
    })
  }
  if (path === '/authenticators/begin') return ok(await beginKey(world, call.body))
  if (path === '/authenticators/create') return ok(await createKey(world, call.body, call.origin))
  if (path === '/authenticators/finish') return ok(await finishKey(world, call.body, call.origin))
  const key = world.keys.find((one) => path === `/authenticators/${one.id}/revocation`)
  if (key === undefined) return missing
  const subject = canonical({ v: 1, kind: 'revocation', instance, org: 'acme', action: 'authenticator.change', request: `req_${'0'.repeat(32)}`, person: world.person.id, authenticator: key.id, credential: key.credential, reason: (call.body as { reason: string }).reason, requester: world.person.id, policy: policyRef })
  return ok({ code: ask(world, subject, { source: { address: '127.0.0.1', host: '', client: 'Chrome on Linux' } }).code })
}

async function records(world: World, call: Call, path: string): Promise<Answer> {
  const { url, method } = call
  const asked = [...world.challenges.values()]
  const ofRun = asked.find((one) => one.run !== null && path === `/runs/${one.run}/plan`)
  if (ofRun !== undefined) return ok(world.lies.planByte === true ? ofRun.plan.replace('prod', 'pr0d') : ofRun.plan)
  const ofPolicy = asked.find((one) => one.policy !== null && path === `/policy/changes/${(JSON.parse(one.subject) as { change: string }).change}/texts`)
  if (ofPolicy !== undefined) return ok(world.lies.policyByte === true ? { ...ofPolicy.policy, to: `${ofPolicy.policy?.to} ` } : ofPolicy.policy)
  if (path === '/runs') return ok({ runs: world.runs.slice(0, Number(url.searchParams.get('limit') ?? 50)) })
  const [, run = '', part = ''] = /^\/runs\/([^/]+)(?:\/(\w+))?$/u.exec(path) ?? []
  if (run !== '') {
    const found = world.runs.find((one) => one['id'] === run)
    if (found === undefined) return missing
    if (part === 'plan') return ok(world.plans.get(run) ?? '')
    if (part === 'evidence') return ok({ v: 1, type: 'countersign.evidence' })
    return ok(found)
  }
  if (path === '/policy') return ok({ yaml: policyText, digest: digest('policy'), changedAt: '2026-11-12T08:14:55.120Z', changedBy: 'Rosa Lindqvist' })
  if (path.startsWith('/ledger/') || path === '/trust') return ledgerRoutes(world, call, path)
  if (path === '/devices/lookup') {
    const now = Date.now()
    return ok({ client: 'Countersign CLI', claim: 'rosa@build-7', address: '198.51.100.23', agent: 'node on Linux', startedAt: new Date(now - 95_000).toISOString(), expiresAt: new Date(now + 505_000).toISOString(), thumbprint: thumbprint('device') })
  }
  if (path.startsWith('/interactions/') && world.interaction !== null) {
    if (method === 'GET') return ok({ client: world.interaction.client, terminal: world.interaction.terminal, thumbprint: world.interaction.thumbprint, resources: [] })
    world.decision = (call.body as { decision: string }).decision
    return ok({ redirect: world.interaction.redirect })
  }
  return missing
}

function ledgerRoutes({ ledger, person }: World, { url }: Call, path: string): Answer {
  const asked = url.searchParams
  if (path === '/trust') return ok(trustOf(ledger))
  if (path === '/ledger/checkpoint') return ok(checkpointOf(ledger))
  if (path === '/ledger/consistency') return ok(consistencyOf(ledger, Number(asked.get('from')), Number(asked.get('to'))))
  if (path === '/ledger/search') return ok(searchOf(ledger, asked, person.id))
  if (path === '/ledger/search/newer') return ok(newerOf(ledger, asked, person.id))
  const one = entryOf(ledger, Number(/^\/ledger\/entries\/(\d+)$/u.exec(path)?.[1] ?? -1))
  return one === null ? refuse(404, 'entries_not_found', 'There is no such entry.', 'Look at the newest ones.') : ok(one)
}
