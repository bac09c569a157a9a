/** A server that is asked to end: it says so, answers who waits, finishes what is under way, and is gone in time. A real process, signals and all. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ask, runBody, show } from '../support/sample-run.ts'
import { collector } from '../support/collector.ts'
import { freePort, ownedServer, scratchFolder } from '../support/scratch-server.ts'

const bin = resolve(import.meta.dirname, '../../bin/countersign.mjs')

type Up = { child: ChildProcess; port: number; apart: number; gone: Promise<number | null>; stderr(): string }

async function up(flags: readonly string[], variables: Record<string, string> = {}): Promise<Up> {
  const [data, port, apart] = [await scratchFolder('ending'), await freePort(), await freePort()]
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(process.execPath, [bin, 'up', '--json', '--data', join(data, 'data'), '--addr', `127.0.0.1:${port}`, '--metrics-listen', `127.0.0.1:${apart}`, '--log', 'info', ...flags], { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH, HOME, ...variables } })
  const gone = once(child, 'exit').then(([code]) => code as number | null)
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-20_000)))
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await gone
  })
  const said = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), gone])
  if (!Array.isArray(said) || (await get(port, '/healthz')).status !== 200) throw new Error(`the server did not start: ${errors}`)
  return { child, port, apart, gone, stderr: () => errors }
}

/** A request of which half has arrived. */
async function halfARequest({ port, apart }: Up): Promise<{ socket: Socket; finish(): void; answer: Promise<string> }> {
  const body = JSON.stringify({ token: 'wrong', name: 'A', label: 'B' })
  const socket = connect(port, '127.0.0.1')
  let text = ''
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
  socket.on('error', () => undefined)
  const answer = new Promise<string>((done) => socket.once('close', () => done(text)))
  socket.write(`POST /api/v1/setup/begin HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 5)}`)
  await expect.poll(async () => (await get(apart, '/metrics')).text).toContain('countersign_http_requests_in_flight 1')
  return { socket, answer, finish: () => void socket.write(body.slice(5)) }
}

async function get(port: number, path: string): Promise<{ status: number; text: string }> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } })
    return { status: answer.status, text: await answer.text() }
  } catch {
    return { status: 0, text: '' }
  }
}

const draining = (port: number) => expect.poll(async () => (await get(port, '/readyz')).status).toBe(503)

describe('a server process that gets a signal', () => {
  it('says that it drains, goes on answering meanwhile, finishes what is under way, and ends well', async () => {
    const server = await up(['--drain', '1s', '--shutdown-grace', '60s'])
    const half = await halfARequest(server)
    expect((await get(server.port, '/readyz')).status).toBe(200)
    server.child.kill('SIGTERM')
    await draining(server.port)
    expect((await get(server.port, '/readyz')).text).toContain('"status":"draining"')
    // The balancer has not noticed yet: what it still sends is served, and told to come over another connection next time.
    const late = await fetch(`http://localhost:${server.port}/api/v1/status`)
    expect([late.status, late.headers.get('connection')]).toEqual([200, 'close'])
    await expect.poll(async () => (await get(server.port, '/healthz')).status).toBe(0)
    expect((await get(server.apart, '/readyz')).status).toBe(503)
    half.finish()
    expect(await half.answer).toMatch(/^HTTP\/1\.1 401 /)
    expect(await server.gone).toBe(0)
    expect(server.stderr()).not.toContain('not everything')
  })

  it('cuts off what does not finish in time, says so, and ends well', async () => {
    const server = await up(['--shutdown-grace', '0s'])
    const half = await halfARequest(server)
    server.child.kill('SIGTERM')
    expect(await half.answer).toBe('')
    expect(await server.gone).toBe(0)
    expect(server.stderr()).toContain('not everything that was under way had finished in time')
  })

  it('ends at once at the second signal, and keeps what it had acknowledged', async () => {
    const server = await up(['--drain', '5m', '--shutdown-grace', '60m'])
    await halfARequest(server)
    server.child.kill('SIGINT')
    // One press of a key that arrives twice is one signal; the next one is the second.
    server.child.kill('SIGINT')
    await draining(server.apart)
    await expect.poll(() => {
      server.child.kill('SIGINT')
      return server.child.exitCode
    }, { timeout: 20_000 }).toBe(1)
  })
})

describe('spans of a server process', () => {
  it('that have not been sent yet are sent before it ends', async () => {
    const { url, spans } = await collector()
    const server = await up([], { OTEL_EXPORTER_OTLP_ENDPOINT: url })
    expect((await fetch(`http://localhost:${server.port}/api/v1/status`)).status).toBe(200)
    server.child.kill('SIGTERM')
    expect(await server.gone).toBe(0)
    expect(spans().map(({ name }) => name)).toContain('GET /api/v1/status')
  })
})

describe('who waits for a change when the server ends', () => {
  it('is answered at once with what there is; who comes to wait is sent away, and who does not is served', async () => {
    const { server, terminal, url } = await ownedServer({ watching: { drainMs: 1_000 } })
    const run = await ask(terminal, runBody())
    const other = await ask(terminal, runBody({ workspace: 'payments/other' }))
    const held = terminal.once('GET', `/api/v1/runs/${run.id}?wait=50&since=${run.version}`)
    await expect.poll(() => server.parts.base.notify.waiting()).toBe(2)
    const closed = server.close()
    const { status, body } = await held
    expect([status, body]).toMatchObject([200, { id: run.id, status: 'waiting', version: run.version }])
    expect(await terminal.call('GET', `/api/v1/runs/${other.id}?wait=50&since=${other.version}`)).toMatchObject({ status: 503, body: { code: 'shutting_down' } })
    expect(await show(terminal, other.id)).toMatchObject({ status: 'waiting' })
    await closed
    await expect(fetch(`${url}/api/v1/status`)).rejects.toThrow()
  })
})
