/** What a balancer asks: that the server is alive, whether it can work, and which part cannot; and nothing else. */
import http from 'node:http'
import { describe, expect, it } from 'vitest'
import { createMetrics } from '../../src/platform/telemetry/metrics.ts'
import { createReadiness, type CheckName, type Looked } from '../../src/server/readiness.ts'
import { createLog } from '../../src/platform/log.ts'
import { ask, runBody } from '../support/sample-run.ts'
import { ownedServer, scratchServer } from '../support/scratch-server.ts'

type Answer = { status: number; headers: http.IncomingHttpHeaders; text: string }

async function get(port: number, path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    http.request({ host: '127.0.0.1', port, path, method, agent: false, headers }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString())).once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
    }).once('error', reject).end()
  })
}

const bodyOf = ({ text }: Answer): Looked & { status: string } => JSON.parse(text) as Looked & { status: string }

describe('a server that works', () => {
  it('says so under any host\'s name, before and after it is set up', async () => {
    const fresh = await scratchServer()
    expect(bodyOf(await get(fresh.port, '/readyz'))).toEqual({ status: 'ready', checks: { database: 'ok', ledger: 'ok', policy: 'ok' } })
    const { port } = await ownedServer()
    for (const host of ['balancer.example', `127.0.0.1:${port}`, `localhost:${port}`]) {
      expect(await get(port, '/healthz', { host })).toMatchObject({ status: 200, text: '{"status":"alive"}\n' })
      expect(await get(port, '/readyz?x=1', { host })).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } })
    }
    expect(await get(port, '/readyz', {}, 'HEAD')).toMatchObject({ status: 200, text: '' })
    expect((await get(port, '/healthz', { host: `localhost:${port}` }, 'POST')).status).toBe(404)
  })
})

describe('a part that fails is named, and nothing else is told', () => {
  it('the policy, when what is in the database is not what was countersigned', async () => {
    const { server, port } = await ownedServer()
    await server.parts.base.store.write((tx) => tx.updateTable('policy_version').set({ digest: 'f'.repeat(64) }).execute())
    expect(await get(port, '/readyz')).toMatchObject({ status: 503, headers: { 'retry-after': '5' }, text: '{"status":"not ready","checks":{"database":"ok","ledger":"ok","policy":"failed"}}\n' })
    expect((await get(port, '/healthz')).status).toBe(200)
  })

  it('the ledger, when no checkpoint can be made', async () => {
    const { server, terminal, port } = await ownedServer()
    await ask(terminal, runBody())
    await server.parts.base.store.write((tx) => tx.updateTable('ledger_head').set({ root: '0'.repeat(64) }).execute())
    expect(bodyOf(await get(port, '/readyz')).checks).toEqual({ database: 'ok', ledger: 'failed', policy: 'ok' })
  })

  it('all of it, when the database is gone', async () => {
    const { server, port, dataDir } = await ownedServer()
    await server.parts.base.store.close()
    const answer = await get(port, '/readyz')
    expect(answer).toMatchObject({ status: 503, text: '{"status":"not ready","checks":{"database":"failed","ledger":"failed","policy":"failed"}}\n' })
    expect(JSON.stringify(answer)).not.toContain(dataDir)
  })
})

describe('looking is cheap and bounded', () => {
  const ready = (over: Partial<Record<CheckName, () => Promise<unknown>>>, keptFor = 60_000) => {
    const asked: CheckName[] = []
    const counted = (name: CheckName) => () => {
      asked.push(name)
      return (over[name] ?? (async () => undefined))()
    }
    const readiness = createReadiness({ checks: { database: counted('database'), ledger: counted('ledger'), policy: counted('policy') }, metrics: createMetrics(), log: createLog('silent'), keptFor, within: 20 })
    return { readiness, asked }
  }

  it('whoever asks how often, each part is looked at once in that time', async () => {
    const { readiness, asked } = ready({})
    await Promise.all(Array.from({ length: 500 }, () => readiness.look()))
    await readiness.look()
    await readiness.look()
    expect(asked).toEqual(['database', 'ledger', 'policy'])
  })

  it('a part that hangs is answered as such, and is not begun a second time', async () => {
    const { readiness, asked } = ready({ ledger: () => new Promise(() => undefined) }, 0)
    expect(await readiness.look()).toEqual({ ready: false, draining: false, checks: { database: 'ok', ledger: 'timeout', policy: 'ok' } })
    await readiness.look()
    expect(asked.filter((name) => name === 'ledger')).toHaveLength(1)
    expect(asked.filter((name) => name === 'database')).toHaveLength(2)
  })

  it('what works again is ready again', async () => {
    let broken = true
    const { readiness } = ready({ database: async () => {
      if (broken) throw new Error('no')
    } }, 0)
    expect((await readiness.look()).ready).toBe(false)
    broken = false
    expect((await readiness.look()).ready).toBe(true)
    readiness.drain()
    expect(await readiness.look()).toMatchObject({ ready: false, draining: true })
  })
})
