/** A real server behind somebody who changes its answers: what a server that is taken over could say. */
import { createServer, request, type IncomingMessage } from 'node:http'
import { onTestFinished } from 'vitest'
import { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import { createLog } from '../../src/platform/log.ts'
import { startServer } from '../../src/server/start.ts'
import { freePort, scratchFolder } from '../support/scratch-server.ts'
import { signIn } from './signed-in.ts'
import { terminal, type Terminal } from './terminal.ts'

type Json = Record<string, unknown>
/** Answers another body for a path (without its query), or nothing to leave it as it is. */
export type Lie = (method: string, path: string, body: Json) => Json | undefined

export type Lying = { terminal: Terminal; person: SoftwarePerson; url: string; lie: (lie: Lie | undefined) => void; asked: string[] }

export async function lyingServer(): Promise<Lying> {
  const [port, behind] = [await freePort(), await freePort()]
  const url = `http://localhost:${port}`
  const server = await startServer({ dataDir: await scratchFolder('data'), addresses: [{ host: '127.0.0.1', port: behind }], url, demonstration: true, log: createLog('silent') })
  onTestFinished(() => server.close())
  let lie: Lie | undefined
  const asked: string[] = []
  const proxy = createServer((incoming, outgoing) => {
    const path = (incoming.url ?? '').replace(/\?.*$/, '')
    asked.push(`${incoming.method ?? ''} ${path}`)
    const onward = request({ host: '127.0.0.1', port: behind, method: incoming.method, path: incoming.url, headers: incoming.headers }, (answer) => {
      void bodyOf(answer).then((bytes) => {
        const changed = lie && (answer.headers['content-type'] ?? '').includes('json') ? lie(incoming.method ?? '', path, JSON.parse(bytes.toString()) as Json) : undefined
        const body = changed ? Buffer.from(JSON.stringify(changed)) : bytes
        const { 'transfer-encoding': _, ...headers } = answer.headers
        outgoing.writeHead(answer.statusCode ?? 500, { ...headers, 'content-length': body.length })
        outgoing.end(body)
      })
    })
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  await new Promise<void>((resolve) => void proxy.listen(port, '127.0.0.1', resolve))
  onTestFinished(() => {
    proxy.close()
    proxy.closeAllConnections()
  })
  const person = new SoftwarePerson(url)
  await person.setUp(server.setupLink ?? '', 'Ada Owner')
  const at = await terminal({ COUNTERSIGN_SERVER: url, COUNTERSIGN_WORKSPACE: 'payments/billing-prod' })
  await signIn(at, person)
  return { terminal: at, person, url, asked, lie: (next) => (lie = next) }
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of message) parts.push(part as Buffer)
  return Buffer.concat(parts)
}
