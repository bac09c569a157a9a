import { execFileSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { awayPlace, createAway, notesIn, readAway, type Away, type AwayTrouble } from '../../src/ledger/away/index.ts'
import type { Checkpoint } from '../../src/ledger/index.ts'
import { parseCheckpointPlaces } from '../../src/platform/setting-checkpoints.ts'
import { SettingError } from '../../src/platform/setting-error.ts'
import { s3Server, type S3Server } from '../cli/state/s3-server.ts'
import { Place } from './place.ts'

const secret = 'a secret of more than 32 characters.'
const HOUR = 3_600_000

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'countersign-away-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

type Sent = { away: Away; troubles: AwayTrouble[]; alarms: AwayTrouble[]; clock: { time: number }; send: () => Promise<void>; more: (count?: number) => Promise<Checkpoint>; made: Checkpoint[]; behind: () => Promise<number> }

/** A ledger with one checkpoint, and its places. */
async function sending(places: string, options: { environment?: NodeJS.ProcessEnv; tryMs?: number; most?: number } = {}): Promise<Sent> {
  const place = await Place.make()
  const { store, ledger, add } = await place.open()
  const clock = { time: Date.UTC(2026, 10, 21), now: () => clock.time }
  const [troubles, alarms]: [AwayTrouble[], AwayTrouble[]] = [[], []]
  const away = createAway({
    store, clock, failed: (trouble) => troubles.push(trouble), alarm: async (_tx, trouble) => void alarms.push(trouble), ...(options.tryMs === undefined ? {} : { tryMs: options.tryMs }), ...(options.most === undefined ? {} : { most: options.most }),
    places: parseCheckpointPlaces(places).map((one) => awayPlace(one, { webhookSecret: secret, environment: options.environment ?? process.env, now: clock.now })),
  })
  onTestFinished(async () => {
    await away.stop()
    await place.remove()
  })
  const made: Checkpoint[] = []
  const more = async (count = 1): Promise<Checkpoint> => {
    await add(count)
    const checkpoint = await ledger.checkpoint()
    made.push(checkpoint)
    return checkpoint
  }
  made.push(await ledger.checkpoint())
  const send = async (): Promise<void> => {
    away.begin()
    await away.settled()
  }
  return { away, troubles, alarms, clock, send, more, made, behind: async () => Math.max(...(await store.read((db) => away.behind(db))).map(({ ms }) => ms)) }
}

/** The SDK finds credentials in the environment of the process. */
async function bucket(): Promise<S3Server> {
  const s3 = await s3Server()
  for (const [name, value] of Object.entries(s3.environment)) vi.stubEnv(name, value)
  onTestFinished(() => void vi.unstubAllEnvs())
  return s3
}

const sizes = (found: readonly { text: string }[]): (number | undefined)[] => found.flatMap(({ text }) => notesIn(text)).map((note) => Number(note.split('\n')[1])).toSorted((a, b) => a - b)
const soon = AbortSignal.timeout(60_000)

test('a file gets every checkpoint once, and half a note of a write that was cut off does not spoil the next', async () => {
  const path = join(folder(), 'checkpoints')
  const { send, more, made, behind } = await sending(`file:${path}`)
  await send()
  await more()
  await more(2)
  await send()
  await send()
  appendFileSync(path, '\ncountersign/ins_0193\n77\nqqqq')
  await more()
  await send()
  expect(notesIn(readFileSync(path, 'utf8'))).toEqual(made.map(({ note }) => note))
  expect(await behind()).toBe(0)
})

test('a file that hangs ends with its time, is tried again later, and keeps nobody waiting', async () => {
  const [pipe, path] = [join(folder(), 'pipe'), join(folder(), 'checkpoints')]
  execFileSync('mkfifo', [pipe])
  const { away, troubles, send, made, clock } = await sending(`file:${pipe},file:${path}`, { tryMs: 3_000 })
  away.begin()
  await expect.poll(() => existsSync(path) && notesIn(readFileSync(path, 'utf8')).length, { timeout: 20_000 }).toBe(1)
  await away.settled()
  expect(troubles).toMatchObject([{ kind: 'file', place: `file:${pipe}`, tries: 1, error: 'it took longer than 3 seconds' }])
  await send()
  expect(troubles).toHaveLength(1)
  clock.time += 30_000
  await send()
  expect(troubles.at(-1)).toMatchObject({ tries: 2, behindMs: 30_000 })
  expect(notesIn(readFileSync(path, 'utf8'))).toEqual(made.map(({ note }) => note))
})

test('a place that hangs is asked once at a time, and does not hold up the end of the server', async () => {
  let asked = 0
  const silent = createServer(() => void asked++)
  await new Promise<void>((resolve) => void silent.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    silent.close()
    silent.closeAllConnections()
  })
  const { away, troubles, more } = await sending(`http://127.0.0.1:${(silent.address() as AddressInfo).port}/hook`, { tryMs: 3_600_000 })
  const isAsked = new Promise((resolve) => silent.once('request', resolve))
  away.begin()
  await isAsked
  away.begin()
  await more()
  await away.stop()
  expect([asked, troubles]).toEqual([1, []])
})

test('a place that is gone: waits grow to half an hour, the owners are told once, it never gets more than the newest few, and all is well again', async () => {
  const parent = join(folder(), 'mount')
  const { away, troubles, alarms, send, more, made, clock, behind } = await sending(`file:${join(parent, 'checkpoints')}`, { most: 4 })
  for (let at = 0; at < 5; at++) {
    await send()
    clock.time += 30 * 60_000
  }
  expect(troubles.map(({ tries, behindMs }) => [tries, behindMs / 60_000])).toEqual([[1, 0], [2, 30], [3, 60], [4, 90], [5, 120]])
  expect(troubles[0]?.error).toMatch(/ENOENT/)
  expect(alarms).toMatchObject([{ behindMs: HOUR, place: `file:${parent}/checkpoints` }])
  expect(await behind()).toBe(150 * 60_000)
  for (let at = 0; at < 6; at++) await more()
  execFileSync('mkdir', [parent])
  await send()
  expect(notesIn(readFileSync(join(parent, 'checkpoints'), 'utf8'))).toEqual(made.slice(-4).map(({ note }) => note))
  expect(await behind()).toBe(0)
  rmSync(parent, { recursive: true })
  await more()
  for (let at = 0; at < 4; at++) {
    await send()
    clock.time += 30 * 60_000
  }
  expect(alarms).toHaveLength(2)
  await away.stop()
})

test('a git repository gets a commit on top of what is there, never forced; what was deleted there is still found', async () => {
  const repository = join(folder(), 'ledger.git')
  const git = (...args: string[]): string => execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@x', ...args], { cwd: repository, encoding: 'utf8', stdio: 'pipe' })
  execFileSync('git', ['init', '--quiet', '--bare', repository])
  const { send, more, made, troubles } = await sending(`git:${repository}#audit/log`)
  await send()
  await more()
  await more()
  await send()
  await send()
  expect(troubles).toEqual([])
  expect(git('log', '--format=%s', 'audit/log').trim().split('\n')).toEqual(['checkpoint over 2 leaves', 'checkpoint over 0 leaves'])
  expect(git('show', 'audit/log:checkpoints/0000000000000002.checkpoint')).toBe(made[2]?.note)
  const gone = git('commit-tree', git('mktree', '--missing').trim() || git('write-tree').trim(), '-p', 'audit/log', '-m', 'gone').trim()
  git('update-ref', 'refs/heads/audit/log', gone)
  await more()
  await send()
  const found = await readAway(`git:${repository}#audit/log`, process.env, soon)
  expect(sizes(found)).toEqual([0, 1, 2, 3])
})

test('a git repository or a bucket that holds another checkpoint of the same size keeps it, and says what that means', async () => {
  const repository = join(folder(), 'ledger.git')
  execFileSync('git', ['init', '--quiet', '--bare', repository])
  await bucket()
  const places = `git:${repository},s3://acme-states/audit?lock=compliance:30`
  const first = await sending(places)
  await first.more()
  await first.send()
  expect(first.troubles).toEqual([])
  const other = await sending(places)
  await other.more()
  await other.send()
  expect(other.troubles.map(({ kind, error }) => [kind, /another checkpoint over \d leaves lies there already/.test(error)]).toSorted(([a], [b]) => String(a).localeCompare(String(b)))).toEqual([['git', true], ['s3', true]])
  expect((await readAway(`git:${repository}`, process.env, soon)).map(({ text }) => text).toSorted()).toEqual(first.made.map(({ note }) => note).toSorted())
})

test('a bucket gets an object of each, locked, only where there is none; a try that was lost is taken for done, and no version is overlooked', async () => {
  const s3 = await bucket()
  const { send, more, made, troubles, clock } = await sending('s3://acme-states/audit?lock=governance:365')
  s3.put('audit/0000000000000000.checkpoint', made[0]?.note ?? '')
  await more()
  await more()
  await more()
  await send()
  expect(troubles).toEqual([])
  expect(s3.asked.filter((one) => one.startsWith('PUT')).map((one) => one.split('?')[0])).toEqual([0, 1, 2, 3].map((size) => `PUT /acme-states/audit/${String(size).padStart(16, '0')}.checkpoint`))
  expect([...s3.locks]).toEqual([1, 2, 3].map((size) => [`audit/${String(size).padStart(16, '0')}.checkpoint`, { mode: 'GOVERNANCE', until: new Date(clock.time + 365 * 86_400_000).toISOString().replace('.000Z', 'Z') }]))
  s3.put('audit/0000000000000002.checkpoint', 'put over it')
  expect(sizes(await readAway('s3://acme-states/audit', s3.environment, soon))).toEqual([0, 1, 2, 3])
})

test('a webhook is called for each, signed, in order; one that refuses is behind', async () => {
  const bodies: string[] = []
  let status = 200
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = Buffer.concat((await request.toArray()) as Buffer[]).toString('utf8')
    const [, seconds = '', mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(request.headers['countersign-signature'])) ?? []
    if (createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex') === mac) bodies.push(body)
    response.writeHead(status).end()
  }
  const server = createServer((request, response) => void take(request, response))
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { send, more, made, troubles } = await sending(`http://127.0.0.1:${(server.address() as AddressInfo).port}/hook/key`)
  await more()
  await send()
  expect(bodies.map((body) => JSON.parse(body))).toEqual(made.map(({ note, size, root }) => ({ v: 1, id: `checkpoint-${size}`, type: 'checkpoint', size, root, checkpoint: note })))
  status = 503
  await more()
  await send()
  expect(troubles).toMatchObject([{ kind: 'webhook', error: 'it answered with status 503' }])
  expect(troubles[0]?.place).not.toContain('key')
})

test('none of the server\'s own secrets reaches git or what it starts', async () => {
  const repository = join(folder(), 'ledger.git')
  execFileSync('git', ['init', '--quiet', '--bare', repository])
  const seen = join(folder(), 'seen')
  execFileSync('sh', ['-c', `printf '#!/bin/sh\\nenv > ${seen}\\n' > ${repository}/hooks/pre-receive && chmod 755 ${repository}/hooks/pre-receive`])
  const { send, troubles } = await sending(`git:${repository}`, { environment: { ...process.env, COUNTERSIGN_STATE_PASSPHRASE: 'hush hush', COUNTERSIGN_WEBHOOK_SECRET: secret } })
  await send()
  expect(troubles).toEqual([])
  expect(readFileSync(seen, 'utf8')).not.toMatch(/COUNTERSIGN_|hush/)
})

test.each([
  'checkpoints', 'file:checkpoints', 'git:repository', 'git:ext::sh -c id', 'git:--upload-pack=id', 'git:https://me:word@host/r.git', 'git:/r.git#-x', 'git:/r.git#a..b', 'git:/r.git#',
  's3://bucket/x?lock=forever', 's3://bucket/x?lock=compliance:0', 's3://B/x', 'http://other.example/hook', 'https://me:word@host/hook', Array.from({ length: 9 }, (_, at) => `file:/x/${at}`).join(','),
])('%s is refused as a place', (text) => {
  expect(() => parseCheckpointPlaces(text)).toThrow(SettingError)
})
