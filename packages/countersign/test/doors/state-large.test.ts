/** Large states: taken when nothing is wrong with them, kept in pieces, and read afterwards. */
import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { sweepPieces } from '../../src/doors/state/bodies.ts'
import { readLeftBehind } from '../../src/doors/state/facts.ts'
import { receive } from '../../src/doors/state/receive.ts'
import { createRoom } from '../../src/apart/index.ts'
import type { StateDeps } from '../../src/doors/state/ports.ts'
import { HandClock, ownedServer } from '../support/scratch-server.ts'
import { credentialFor, locked, named, WireClient } from '../support/states.ts'

const workspace = 'shop/prod'
const api = `/api/v1/state/workspaces/${named(workspace)}`
const MB = 1_000_000

/** Of so many bytes, half of which cannot be compressed: several pieces when it is sealed. `password` is a secret of it. */
function large(serial: number, bytes = 3 * MB): string {
  const instances = Array.from({ length: Math.ceil(bytes / 2200) }, (_, at) => ({
    index_key: at, schema_version: 0, attributes: { id: `i-${at}`, password: at === 7 ? 'canary-4711-x' : null, user_data: randomBytes(1500).toString('base64') }, sensitive_attributes: [],
  }))
  return JSON.stringify({ version: 4, terraform_version: '1.11.4', serial, lineage: 'large', outputs: {}, resources: [{ mode: 'managed', type: 'aws_instance', name: 'web', provider: 'provider["registry.terraform.io/hashicorp/aws"]', instances }], check_results: null })
}

/** A server with a large state, written under a lock that is still held. */
async function written() {
  const clock = new HandClock()
  const owned = await ownedServer({ clock })
  const client = new WireClient(await credentialFor(owned, workspace))
  const info = await locked(owned, client)
  const text = large(1)
  expect(await client.write(info, text)).toMatchObject({ status: 200 })
  return { clock, owned, deps: owned.server.parts.state, client, info, text }
}

const pieces = async ({ store }: StateDeps): Promise<number> => (await store.read((db) => db.selectFrom('state_piece').select('body').execute())).length
const factsRows = async ({ store }: StateDeps): Promise<number> => (await store.read((db) => db.selectFrom('state_body').select('body').where('kind', '=', 'facts').execute())).length
const secretsIn = (text: string): string => (JSON.parse(text) as { resources: { instances: { attributes: { password: string | null } }[] }[] }).resources[0]?.instances[7]?.attributes.password ?? ''

it('a large state comes back as it was written, in pieces; what it holds is known to whoever asks, whenever the server died', async () => {
  const { clock, owned, deps, client, info, text } = await written()
  const back = await client.send('GET')
  expect(createHash('sha256').update(back.text).digest('hex')).toBe(createHash('sha256').update(text).digest('hex'))
  expect(secretsIn(back.text)).toBe('canary-4711-x')
  expect(await pieces(deps)).toBeGreaterThan(2)

  // Who asks waits until it was read.
  const instances = Math.ceil((3 * MB) / 2200)
  const shown = await owned.terminal.must('GET', `${api}/versions/1`) as { facts: { addresses: string[]; secrets: { address: string; path: string }[]; secretsOmitted: number } }
  const secrets = shown.facts.secrets.length + shown.facts.secretsOmitted
  expect(shown.facts.addresses).toHaveLength(instances)
  expect(shown.facts.secrets).toContainEqual(expect.objectContaining({ address: 'aws_instance.web[7]', path: 'password' }))
  expect(JSON.stringify(shown)).not.toContain('canary')
  expect(await owned.terminal.must('GET', `${api}/versions`)).toMatchObject({ versions: [{ version: 1, resources: 1, secrets }] })

  // Compared on a thread apart, as it would be in the process.
  expect(await client.write(info, large(2, 4 * MB))).toMatchObject({ status: 200 })
  const diff = await owned.terminal.must('GET', `${api}/diff?from=1&to=2`) as { added: string[]; changed: string[]; removed: string[] }
  expect([diff.added.length, diff.changed.length, diff.removed.length]).toEqual([Math.ceil((4 * MB) / 2200) - instances, instances, 0])

  // As after the death of the server that was reading: read by whoever asks, and by the next round of jobs.
  const forget = async (): Promise<void> => deps.store.write(async (tx) => {
    await tx.deleteFrom('state_body').where('kind', '=', 'facts').execute()
    await tx.updateTable('state_version').set({ counts: '{"resources":1,"secrets":null}' }).execute()
  })
  await forget()
  expect(await owned.terminal.must('GET', `${api}/versions`)).toMatchObject({ versions: [{ secrets: null }, { secrets: null }] })
  expect(await owned.terminal.must('GET', `${api}/versions/1`)).toMatchObject({ facts: shown.facts })
  expect(await owned.terminal.must('GET', `${api}/versions`)).toMatchObject({ versions: [{ secrets: null }, { secrets }] })
  await forget()
  await readLeftBehind(deps)
  expect(await factsRows(deps)).toBe(0)
  clock.time += 6 * 60_000
  await readLeftBehind(deps)
  expect(await factsRows(deps)).toBe(2)
})

it('what becomes no version leaves no piece behind, and what a server left behind when it died is swept', async () => {
  const { clock, owned, deps, client, info, text } = await written()
  await owned.terminal.must('GET', `${api}/versions/1`)
  const before = await pieces(deps)
  // The same once more; one that is wrong; one whose unit is refused in the end.
  expect(await client.write(info, text)).toMatchObject({ status: 200 })
  expect(await client.write(info, `${large(2).slice(0, -1)},"serial":3}`)).toMatchObject({ status: 400 })
  expect(await pieces(deps)).toBe(before)

  await deps.store.write(async (tx) => {
    for (const body of [`stb_${clock.time.toString(16).padStart(12, '0')}${'7'.repeat(20)}`, `stb_${(clock.time + 1).toString(16).padStart(12, '0')}${'7'.repeat(20)}`]) {
      await tx.insertInto('state_piece').values({ body, number: 0, bytes: Buffer.from('left') }).execute()
    }
  })
  clock.time += 24 * 3600_000 + 1
  // One is a millisecond too young.
  expect([await sweepPieces(deps), await sweepPieces(deps), await pieces(deps)]).toEqual([1, 0, before + 1])
})

it('a very large state is sealed on its way into the database; one that is refused leaves nothing there', { timeout: 120_000 }, async () => {
  const { owned, deps, client, info } = await written()
  // What the first one holds was read, and is there as well.
  await owned.terminal.must('GET', `${api}/versions/1`)
  const rows = () => deps.store.read((db) => db.selectFrom('state_piece').selectAll().orderBy('number').execute())
  const before = await rows()
  const text = large(2, 70 * MB)
  expect(await client.write(info, `${text.slice(0, -1)},"serial":2}`)).toMatchObject({ status: 400 })
  expect(await pieces(deps)).toBe(before.length)
  expect(await client.write(info, text)).toMatchObject({ status: 200 })
  const laid = (await rows()).filter(({ body }) => !before.some((one) => one.body === body))
  expect(laid.length).toBeGreaterThan(50)
  expect(laid.some(({ bytes }) => Buffer.from(bytes).includes('aws_instance'))).toBe(false)
  const back = await client.send('GET')
  expect(createHash('sha256').update(back.text).digest('hex')).toBe(createHash('sha256').update(text).digest('hex'))
})

describe('the memory of bodies', () => {
  const nobody = new AbortController().signal
  const roomOf = (bytes: number) => createRoom({ bytes, errors: { left: () => new Error('left') } })
  const announced = (length: number) => ({ length, largest: 8 * MB, md5: '', encoding: '' })
  const read = async (room: ReturnType<typeof createRoom>, text: string, said = text.length) => {
    const place = await room.enter(said, nobody)
    return { place, body: receive(Readable.from([Buffer.from(text)], { objectMode: false }), announced(said), place.memory) }
  }

  it('is used again, and nothing of an earlier body is in a later one', async () => {
    const room = roomOf(8 * MB)
    const first = await read(room, 'a'.repeat(3 * MB))
    const { bytes: taken } = await first.body
    first.place.leave()
    const second = await read(room, 'b'.repeat(2 * MB))
    const { bytes } = await second.body
    expect(bytes.buffer).toBe(taken.buffer)
    expect(Buffer.from(bytes).equals(Buffer.alloc(2 * MB, 'b'))).toBe(true)
    second.place.leave()
    // One that stops half-way is none, whatever stands behind it.
    const short = await read(room, 'c'.repeat(2 * MB), 2 * MB + 5)
    await expect(short.body).rejects.toMatchObject({ code: 'body_incomplete' })
    short.place.leave()
  })

  it('is as large as what comes where nothing was announced, and no larger than is taken', async () => {
    const unannounced = { ...announced(0), length: null, largest: 2 * MB }
    const { bytes, digest } = await receive(Readable.from([Buffer.from('ab'), Buffer.from('c')], { objectMode: false }), unannounced)
    expect([Buffer.from(bytes).toString(), digest]).toEqual(['abc', createHash('sha256').update('abc').digest('hex')])
    await expect(receive(Readable.from([Buffer.alloc(MB), Buffer.alloc(MB), Buffer.alloc(1)], { objectMode: false }), unannounced)).rejects.toMatchObject({ code: 'state_too_large' })
  })

  it('is nobody else\'s while it is in use, and whoever finds none free waits in order', async () => {
    const room = roomOf(4 * MB)
    const before = await read(room, 'z'.repeat(2 * MB))
    await before.body
    before.place.leave()
    const first = await read(room, 'a'.repeat(2 * MB))
    const second = await read(room, 'b'.repeat(2 * MB))
    expect((await first.body).bytes.buffer).not.toBe((await second.body).bytes.buffer)
    const order: string[] = []
    const third = room.enter(3 * MB, nobody).then((place) => (order.push('third'), place))
    const fourth = room.enter(1, nobody).then((place) => (order.push('fourth'), place))
    first.place.leave()
    first.place.leave()
    await setImmediate()
    expect(order).toEqual([])
    second.place.leave()
    ;(await third).leave()
    ;(await fourth).leave()
    expect(order).toEqual(['third', 'fourth'])
  })
})
