/**
 * Several servers on one database, behind one name: every request goes to the next of them, so nothing that a server remembers by
 * itself can matter. And the database going away under a server.
 */
import { cp } from 'node:fs/promises'
import { once } from 'node:events'
import http from 'node:http'
import { join } from 'node:path'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { signInTerminal } from '../../src/demonstration/raw-terminal.ts'
import { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import { auditVerify } from '../../src/ledger/index.ts'
import { existingFolder } from '../../src/platform/folder.ts'
import { createLog } from '../../src/platform/log.ts'
import { startServer } from '../../src/server/start.ts'
import type { RunningServer } from '../../src/server/start.ts'
import { createDatabase } from '../support/database.ts'
import { startPostgres } from '../support/postgres.ts'
import { apply, ask, countersigned, runBody, show } from '../support/sample-run.ts'
import { freePort, scratchFolder } from '../support/scratch-server.ts'

/** Hands each request to the next of the ports, and says which came last. */
async function balancer(port: number, ports: readonly number[]): Promise<void> {
  let turn = 0
  const front = http.createServer((request, response) => {
    const onward = http.request({ host: '127.0.0.1', port: ports[turn++ % ports.length], method: request.method, path: request.url, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
      answer.pipe(response)
    })
    onward.on('error', () => response.writeHead(502).end())
    request.pipe(onward)
  }).listen(port, '127.0.0.1')
  await once(front, 'listening')
  onTestFinished(() => {
    front.closeAllConnections()
    front.close()
  })
}

async function start(dataDir: string, databaseUrl: string, port: number, url: string): Promise<RunningServer> {
  const server = await startServer({ dataDir, databaseUrl, addresses: [{ host: '127.0.0.1', port }], url, demonstration: true, log: createLog('silent') })
  onTestFinished(() => server.close())
  return server
}

/** Two servers with the same keys and the same database, each with a data folder of its own. The set-up link is the second's: the newest. */
async function twoServers() {
  const { url: databaseUrl, drop } = await createDatabase('server')
  onTestFinished(drop)
  const [name, ...ports] = await Promise.all([freePort(), freePort(), freePort()])
  const url = `http://localhost:${name}`
  const folders = [await scratchFolder('one'), await scratchFolder('two')] as const
  const first = await start(folders[0], databaseUrl, ports[0] ?? 0, url)
  await cp(join(folders[0], 'keys'), join(folders[1], 'keys'), { recursive: true })
  const second = await start(folders[1], databaseUrl, ports[1] ?? 0, url)
  await balancer(name, ports)
  return { url, databaseUrl, servers: [first, second] as const, folders, setupLink: second.setupLink ?? '' }
}

async function ownedTwo() {
  const two = await twoServers()
  const person = new SoftwarePerson(two.url)
  await person.setUp(two.setupLink, 'Ada Owner')
  const terminal = await signInTerminal(two.url, (link) => person.allowTerminal(link))
  return { ...two, person, terminal }
}

describe('two servers on one database', () => {
  it('serve one installation: set-up, sign-in, plan, countersignature, apply and report, each request at the other one', async () => {
    const { person, terminal, servers, folders } = await ownedTwo()
    const { run, start: started } = await countersigned(person, terminal)
    await apply(terminal, run.id, started)
    expect(await show(terminal, run.id)).toMatchObject({ status: 'applied' })
    for (const [at, { parts }] of servers.entries()) {
      const audit = await auditVerify(parts.base.store, existingFolder(join(folders[at] ?? '', 'checkpoints')), [servers[0].parts.base.ledger.vkey])
      expect(audit.problems).toEqual([])
    }
    // Whoever signs next goes on from what the other signed.
    const [left, right] = [await servers[0].parts.base.ledger.checkpoint(), await servers[1].parts.base.ledger.checkpoint()]
    expect(right).toEqual(left)
  })

  it('start a countersigned plan once, though both are asked at the same moment', async () => {
    const { person, terminal } = await ownedTwo()
    const { run, start: started } = await countersigned(person, terminal)
    const answers = await Promise.all(Array.from({ length: 8 }, () => terminal.call('POST', `/api/v1/runs/${run.id}/apply-start`, started)))
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1)
    expect([...new Set(answers.filter((answer) => answer.status !== 200).map((answer) => (answer.body as { code: string }).code))]).toEqual(['run_already_applied'])
  })

  it('give out every place in the ledger once, under requests to both', async () => {
    const { terminal, servers, folders } = await ownedTwo()
    const asked = await Promise.all(Array.from({ length: 16 }, (_, at) => ask(terminal, runBody({ workspace: `shop/w${at}` }))))
    expect(new Set(asked.map(({ code }) => code)).size).toBe(16)
    const audit = await auditVerify(servers[0].parts.base.store, existingFolder(join(folders[0], 'checkpoints')), [servers[1].parts.base.ledger.vkey])
    expect(audit.problems).toEqual([])
  })

  it('wake one another: a wait at one ends when the countersignature comes in at the other', async () => {
    const { person, terminal, servers } = await ownedTwo()
    const asked = await ask(terminal, runBody())
    const [left, right] = servers.map(({ parts }) => parts.base.notify)
    const waits = [left, right].map(async (notify) => notify?.waitUntil(asked.id, async () => ((await show(terminal, asked.id)).status === 'granted' ? 'granted' : undefined), 60_000))
    await person.countersign(asked.code)
    expect(await Promise.all(waits)).toEqual(['granted', 'granted'])
  })

  it('a session that is ended at one is ended at the other, and so is what its keys could do', async () => {
    const { person, terminal } = await ownedTwo()
    await terminal.must('DELETE', '/api/v1/token')
    expect([(await terminal.call('GET', '/api/v1/runs')).status, (await terminal.call('GET', '/api/v1/runs')).status]).toEqual([401, 401])
    expect((await person.call('GET', '/api/v1/runs')).status).toBe(200)
  })
})

describe('a database that goes away', () => {
  it('is answered with 503 and nothing done; when it is back, so is the server, without a restart', async () => {
    const postgres = await startPostgres(inject('postgres').bin)
    onTestFinished(() => postgres.remove())
    const port = await freePort()
    const dataDir = await scratchFolder('data')
    const server = await start(dataDir, postgres.url(await postgres.create()), port, `http://localhost:${port}`)
    const person = new SoftwarePerson(server.url)
    await person.setUp(server.setupLink ?? '', 'Ada Owner')
    const terminal = await signInTerminal(server.url, (link) => person.allowTerminal(link))
    const { run, start: started } = await countersigned(person, terminal)

    await postgres.stop('QUIT')
    const refused = [await terminal.call('POST', `/api/v1/runs/${run.id}/apply-start`, started), await person.call('GET', '/api/v1/runs')]
    expect(refused.map(({ status }) => status)).toEqual([503, 503])
    // What went wrong inside is for the log: no address, no user.
    expect(JSON.stringify(refused)).not.toMatch(/ECONN|postgres|countersign-pg/)

    await postgres.start()
    await apply(terminal, run.id, started)
    expect(await show(terminal, run.id)).toMatchObject({ status: 'applied' })
  })
})
