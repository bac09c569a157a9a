/**
 * Writes `released/VERSION.json.gz`: the data folder of a server of one version that was set up and worked with. In a checkout of that
 * version, with its dependencies: `node --import tsx --conditions=source .../make-fixture.ts CHECKOUT VERSION`. A released version's file is
 * made once, when it is released, and never again. That of `unreleased` is made anew whenever a migration that was not released changes.
 *
 * It uses of that version what every version has: the server, a software key, a terminal. The keys in it guard nothing.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'

const [checkout = '.', version = 'unreleased'] = process.argv.slice(2)
const from = async (path: string): Promise<unknown> => await import(pathToFileURL(join(resolve(checkout), 'packages/countersign', path)).href)

type Running = { url: string; setupLink: string | null; close(): Promise<void> }
type Person = { setUp(link: string, name: string): Promise<void>; allowTerminal(link: string): Promise<void> }

const { startServer } = (await from('src/server/start.ts')) as { startServer: (options: object) => Promise<Running> }
const { createLog } = (await from('src/platform/log.ts')) as { createLog: (level: string) => unknown }
const { SoftwarePerson } = (await from('src/demonstration/software-person.ts')) as { SoftwarePerson: new (url: string) => Person }
const { signInTerminal } = (await from('src/demonstration/raw-terminal.ts')) as { signInTerminal: (url: string, open: (link: string) => Promise<void>) => Promise<unknown> }
const { apply, countersigned, runBody } = (await from('test/support/sample-run.ts')) as {
  apply: (terminal: unknown, run: string, start: unknown) => Promise<unknown>
  runBody: (over: { workspace: string }) => unknown
  countersigned: (person: Person, terminal: unknown, body?: unknown) => Promise<{ run: { id: string }; start: unknown }>
}

const dataDir = mkdtempSync(join(tmpdir(), 'countersign-fixture-'))
const port = await freePort()
const server = await startServer({ dataDir, addresses: [{ host: '127.0.0.1', port }], url: `http://localhost:${port}`, demonstration: true, log: createLog('silent') })
const person = new SoftwarePerson(server.url)
await person.setUp(server.setupLink ?? '', 'Ada Owner')
const terminal = await signInTerminal(server.url, (link) => person.allowTerminal(link))
const applied = await countersigned(person, terminal)
await apply(terminal, applied.run.id, applied.start)
const open = await countersigned(person, terminal, runBody({ workspace: 'payments/other-prod' }))
await server.close()

const files = readdirSync(dataDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && !/\.(lock|pid)$/.test(entry.name))
const content = Object.fromEntries(files.map((entry) => [join(entry.parentPath, entry.name).slice(dataDir.length + 1), readFileSync(join(entry.parentPath, entry.name)).toString('base64')]))
const made = { version, url: server.url, applied: applied.run.id, open: open.run.id, files: content }
writeFileSync(join(import.meta.dirname, 'released', `${version}.json.gz`), gzipSync(JSON.stringify(made), { level: 9 }))
rmSync(dataDir, { recursive: true })

async function freePort(): Promise<number> {
  return await new Promise((done) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => done(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
