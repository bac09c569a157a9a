/** Who may read metrics; what is counted; and that no label tells who did what, where, or any secret. */
import { chmodSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import { actionNames } from '../../src/gate/index.ts'
import { createMetrics } from '../../src/platform/telemetry/metrics.ts'
import { metricTable } from '../../src/platform/telemetry/index.ts'
import { MetricsError, readToken } from '../../src/server/http/metrics.ts'
import { startServer } from '../../src/server/start.ts'
import { createLog } from '../../src/platform/log.ts'
import { recruit, terminalOf } from '../support/team.ts'
import { apply, countersigned, runBody } from '../support/sample-run.ts'
import { freePort, HandClock, ownedServer, scratchFolder, scratchServer } from '../support/scratch-server.ts'

type Sample = { name: string; labels: Record<string, string>; value: number }

async function get(port: number, headers: Record<string, string> = {}, path = '/metrics', host = '127.0.0.1'): Promise<{ status: number; text: string }> {
  return await new Promise((resolve, reject) => {
    http.request({ host, port, path, agent: false, headers }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString())).once('end', () => resolve({ status: response.statusCode ?? 0, text }))
    }).once('error', reject).end()
  })
}

function samplesOf(text: string): Sample[] {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).map((line) => {
    const [, name = '', inner = '', value = ''] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)(?: \d+)?$/.exec(line) ?? [line]
    return { name, labels: Object.fromEntries([...inner.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map((pair) => [pair[1] ?? '', pair[2] ?? ''])), value: Number(value) }
  })
}

const valueOf = (samples: readonly Sample[], name: string, labels: Record<string, string> = {}): number | undefined =>
  samples.find((one) => one.name === name && Object.entries(labels).every(([label, value]) => one.labels[label] === value))?.value

const token = 'correct-horse-battery-staple-0123456789'

async function tokenFile(text = `${token}\n`): Promise<string> {
  const file = join(await scratchFolder('token'), 'metrics.token')
  writeFileSync(file, text, { mode: 0o600 })
  return file
}

describe('who may read metrics', () => {
  it('without a word: this machine, at an address or localhost, not through anything that forwards', async () => {
    const { port } = await scratchServer()
    expect((await get(port)).status).toBe(200)
    expect((await get(port, { host: `localhost:${port}` })).status).toBe(200)
    const refused = [{ host: 'evil.example' }, { host: 'localhost.evil.example' }, { host: '127.0.0.1.evil.example' }, { 'x-forwarded-for': '127.0.0.1' }, { forwarded: 'for=127.0.0.1' }, { via: '1.1 proxy' }, { 'x-real-ip': '127.0.0.1' }]
    for (const headers of refused) expect([headers, (await get(port, headers)).status]).toEqual([headers, 403])
  })

  it('behind an https URL nobody without a token, even from this machine: a proxy may stand here that nobody named', async () => {
    const { port } = await scratchServer({ url: 'https://countersign.example' })
    for (const headers of [{}, { host: 'countersign.example' }, { host: `localhost:${port}` }]) expect(await get(port, headers)).toEqual({ status: 403, text: expect.not.stringContaining('countersign_') as string })
  })

  it('with a token: whoever sends it, and nobody else, also not from this machine', async () => {
    const { port } = await scratchServer({ watching: { metricsTokenFile: await tokenFile() } })
    expect((await get(port, { authorization: `Bearer ${token}` })).status).toBe(200)
    expect((await get(port, { authorization: `bearer ${token}`, host: 'countersign.internal', 'x-forwarded-for': '203.0.113.5' })).status).toBe(200)
    const wrong = ['', `Bearer ${token}x`, `Bearer ${token.slice(1)}`, 'Bearer', `Basic ${token}`, token, `Bearer ${token} ${token}`]
    for (const authorization of wrong) expect([authorization, (await get(port, authorization === '' ? {} : { authorization })).status]).toEqual([authorization, 401])
  })

  it('on an address of its own: metrics and health, and nothing else', async () => {
    const apart = await freePort()
    const { port } = await scratchServer({ url: 'https://countersign.example', watching: { metricsListen: [{ host: '127.0.0.1', port: apart }] } })
    expect((await get(apart)).status).toBe(200)
    expect((await get(apart, { host: 'rebound.example' })).status).toBe(403)
    expect((await get(apart, {}, '/readyz')).status).toBe(200)
    expect((await get(port)).status).toBe(403)
    for (const path of ['/', '/api/v1/status', '/metrics/', '//metrics', '/openapi.json', '/oidc/jwks']) expect([path, (await get(apart, {}, path)).status]).toEqual([path, 404])
  })

  it('other machines without a token: such a server does not start', async () => {
    const start = async (over: object) => await startServer({ dataDir: await scratchFolder('data'), addresses: [{ host: '127.0.0.1', port: await freePort() }], url: 'http://localhost', log: createLog('silent'), ...over })
    await expect(start({ metricsListen: [{ host: '0.0.0.0', port: 1 }] })).rejects.toMatchObject({ code: 'metrics_open' })
    await expect(start({ metricsTokenFile: '/nonexistent/token' })).rejects.toMatchObject({ code: 'metrics_token_unusable' })
    expect(() => readToken(join('/nonexistent', token))).toThrow(MetricsError)
  })

  it('a token file that others read, a short token, and two words are refused', async () => {
    const open = await tokenFile()
    chmodSync(open, 0o604)
    const refused = [open, await tokenFile('short'), await tokenFile(`${token} ${token}`)]
    for (const file of refused) expect(() => readToken(file)).toThrow(MetricsError)
    expect(readToken(await tokenFile())).toBe(token)
  })
})

/** Whoever is in a request, or could be: none may come back out of a label. */
const canary = { person: 'Canarya Personova', project: 'canaryshop', workspace: 'canaryweb', label: 'Canary Label', path: 'canarypath', id: 'canary-request-id', invited: 'Canarino Invited' }

async function afterAFullDay() {
  const clock = new HandClock()
  const scratch = await scratchServer({ clock })
  const person = new SoftwarePerson(scratch.url)
  await person.setUp(scratch.server.setupLink ?? '', canary.person)
  const terminal = await terminalOf(person)
  terminal.now = () => clock.now()
  const name = (n: number): string => `${canary.project}/${canary.workspace}${n}`

  const first = await countersigned(person, terminal, runBody({ workspace: name(1) }))
  await apply(terminal, first.run.id, first.start)
  const denied = (await terminal.must('POST', '/api/v1/runs', runBody({ workspace: name(2) }))) as { code: string; id: string }
  clock.time += 65_000
  await person.must('POST', `/api/v1/ceremonies/${denied.code}/deny`, { report: false })
  const cancelled = (await terminal.must('POST', '/api/v1/runs', runBody({ workspace: name(3) }))) as { id: string }
  await terminal.must('POST', `/api/v1/runs/${cancelled.id}/cancel`, {})
  const waiting = (await terminal.must('POST', '/api/v1/runs', runBody({ workspace: name(4) }))) as { id: string; code: string }
  await terminal.call('POST', `/api/v1/runs/${first.run.id}/apply-start`, first.start)
  await person.call('POST', `/api/v1/ceremonies/${waiting.code}/finish`, { ceremony: 'cer_x', response: { id: 'AAAA', response: { authenticatorData: 'AAAA', clientDataJSON: 'AAAA', signature: 'AAAA' } } })
  const colleague = await recruit(person, canary.invited, 'operator', name(5))
  await person.must('POST', '/api/v1/authenticator-apps/begin', { label: canary.label })
  await terminal.call('POST', '/api/v1/policy/changes', { yaml: `# ${canary.person}` })
  // What strangers can write into a request.
  for (const path of [`/${canary.path}`, `/api/v1/runs/${canary.path}`, `/assets/${canary.path}.js`, `/api/v1/${canary.path}?${canary.path}=1`, `/c/${waiting.code}`, `/oidc/${canary.path}`])
    await (await fetch(scratch.url + path, { headers: { 'x-request-id': canary.id, 'user-agent': canary.path } })).text()
  await get(scratch.port, { host: canary.path }, '/api/v1/status')
  const { text } = await get(scratch.port)
  return { routes: scratch.server.app.routeTable.map(({ url }) => url), text, samples: samplesOf(text), secrets: [...Object.values(canary), first.run.code, waiting.code, waiting.id, first.run.id, first.run.subjectDigest, scratch.server.parts.base.instance, scratch.dataDir, scratch.server.setupLink?.split('#')[1] ?? 'none', colleague.id] }
}

let day: ReturnType<typeof afterAFullDay> | undefined
const fullDay = (): ReturnType<typeof afterAFullDay> => (day ??= afterAFullDay())

describe('what is counted', () => {
  it('after a full day every label holds names of our own, and nothing that a request or a person brought', async () => {
    const { samples, text, secrets, routes: there } = await fullDay()
    for (const secret of secrets) expect(text.toLowerCase()).not.toContain(secret.toLowerCase())
    const routes = new Set([...there, '/assets/*', '(none)'])
    const kinds: Record<string, (value: string) => boolean> = {
      action: (value) => (actionNames as readonly string[]).includes(value),
      route: (value) => routes.has(value),
      method: (value) => /^([A-Z]+|\(any\))$/.test(value), status: (value) => /^[1-5]\d\d$/.test(value), code: (value) => /^[a-z][a-z0-9_]*$/.test(value),
      effect: (value) => ['allow', 'step-up', 'deny'].includes(value),
      outcome: (value) => ['countersigned', 'refused', 'denied', 'cancelled', 'expired', 'done', 'failed'].includes(value),
      kind: (value) => ['read', 'write'].includes(value), state: (value) => ['waiting', 'given-up'].includes(value), check: (value) => ['database', 'ledger', 'policy'].includes(value),
      task: (value) => /^[a-z ]+$/.test(value), channel: (value) => /^[a-z]+$/.test(value), le: (value) => !Number.isNaN(Number(value.replace('+Inf', 'Infinity'))),
      version: (value) => /^v?\d+(\.\d+)*$/.test(value), node: (value) => /^\d+\.\d+\.\d+$/.test(value), database: (value) => ['sqlite', 'postgres'].includes(value),
    }
    const ours = samples.filter(({ name }) => name.startsWith('countersign_'))
    expect(ours.length).toBeGreaterThan(200)
    expect(ours.flatMap(({ name, labels }) => Object.entries(labels).filter(([label, value]) => kinds[label]?.(value) !== true).map(([label, value]) => `${name} ${label}=${value}`))).toEqual([])
  })

  it('decisions, ceremonies, requests and the ledger\'s lag are told as they were', async () => {
    const { samples } = await fullDay()
    const of = (name: string, labels: Record<string, string> = {}) => valueOf(samples, name, labels)
    expect(of('countersign_decisions_total', { action: 'run.apply', effect: 'step-up' })).toBe(4)
    expect(of('countersign_challenges_total', { action: 'run.apply', outcome: 'countersigned' })).toBe(1)
    expect(of('countersign_challenges_total', { action: 'run.apply', outcome: 'denied' })).toBe(1)
    expect(of('countersign_challenges_total', { action: 'run.apply', outcome: 'cancelled' })).toBe(1)
    expect(of('countersign_challenge_seconds_sum', { outcome: 'denied' })).toBe(65)
    expect(of('countersign_challenges_waiting')).toBeGreaterThanOrEqual(1)
    expect(of('countersign_ceremonies_total', { outcome: 'refused' })).toBe(1)
    expect(of('countersign_ceremonies_total', { outcome: 'countersigned' })).toBeGreaterThanOrEqual(2)
    expect(of('countersign_refusals_total', { action: 'run.start', code: 'plan_already_applied' }) ?? of('countersign_refusals_total', { action: 'run.start' })).toBeGreaterThanOrEqual(1)
    expect(of('countersign_http_request_seconds_count', { route: '/api/v1/runs', method: 'POST', status: '201' })).toBe(4)
    expect(of('countersign_http_request_seconds_count', { route: '(none)', status: '404' })).toBeGreaterThanOrEqual(2)
    expect(of('countersign_store_seconds_count', { kind: 'write', outcome: 'done' })).toBeGreaterThan(10)
    expect(of('countersign_store_queue', { kind: 'write' })).toBe(0)
    expect(of('countersign_ledger_leaves')).toBeGreaterThan(10)
    expect(of('countersign_ledger_uncovered_leaves')).toBeGreaterThan(0)
    expect(of('countersign_build_info')).toBe(1)
    expect(of('process_resident_memory_bytes')).toBeGreaterThan(0)
  })

  it('a leaf without a checkpoint ages, and a checkpoint covers it', async () => {
    const clock = new HandClock()
    const { server, terminal, port } = await ownedServer({ clock })
    await terminal.must('POST', '/api/v1/runs', runBody())
    clock.time += 90_000
    const before = samplesOf((await get(port)).text)
    expect(valueOf(before, 'countersign_ledger_uncovered_age_seconds')).toBeGreaterThanOrEqual(90)
    expect(valueOf(before, 'countersign_ledger_checkpoint_age_seconds')).toBeGreaterThanOrEqual(90)
    await server.parts.base.ledger.checkpoint()
    const after = samplesOf((await get(port)).text)
    expect(valueOf(after, 'countersign_ledger_checkpoint_age_seconds')).toBe(0)
  })

  it('every instrument of the table is there from the start, and background work is told with its failures', async () => {
    const { server, port } = await scratchServer()
    const { telemetry } = server.parts.base
    await telemetry.job('notices', async () => undefined, () => undefined)
    await telemetry.job('checkpoint', () => Promise.reject(new Error('disk')), () => undefined)
    const { text } = await get(port)
    expect(Object.keys(metricTable).filter((name) => !text.includes(`# TYPE ${name} `))).toEqual([])
    expect(valueOf(samplesOf(text), 'countersign_job_runs_total', { task: 'checkpoint', outcome: 'failed' })).toBe(1)
    expect(valueOf(samplesOf(text), 'countersign_job_done_timestamp_seconds', { task: 'notices' })).toBeGreaterThan(1)
  })
})

describe('the last net', () => {
  it('lets the pattern of every route through', async () => {
    const metrics = createMetrics()
    const { routes } = await fullDay()
    for (const route of routes) metrics.observe('countersign_http_request_seconds', { method: 'GET', route, status: '200' }, 1)
    expect(routes.length).toBeGreaterThan(50)
    expect(await metrics.text()).not.toContain('route="other"')
  })

  it('a value that is no name of ours, and one too many of them, become "other"', async () => {
    const metrics = createMetrics()
    metrics.add('countersign_refusals_total', { action: 'Ada "Owner"\n', code: 'ok' })
    for (let n = 0; n < 3_000; n++) metrics.add('countersign_decisions_total', { action: `a${n}`, effect: 'allow' })
    const samples = samplesOf(await metrics.text())
    expect(valueOf(samples, 'countersign_refusals_total', { action: 'other', code: 'ok' })).toBe(1)
    expect(valueOf(samples, 'countersign_decisions_total', { action: 'other' })).toBe(2_000)
  })
})
