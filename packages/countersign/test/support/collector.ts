/** A collector of OpenTelemetry, as small as one can be: it takes spans over HTTP, as JSON. */
import { createServer } from 'node:http'
import { onTestFinished } from 'vitest'
import { freePort } from './scratch-server.ts'

type Attribute = { key: string; value: { stringValue?: string; intValue?: number | string } }
export type Span = { name: string; traceId: string; spanId: string; parentSpanId?: string; attributes?: Attribute[]; status?: { code?: number; message?: string } }
type Sent = { resourceSpans: { resource: { attributes: Attribute[] }; scopeSpans: { spans: Span[] }[] }[] }

export async function collector() {
  const bodies: { path: string; body: string }[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString())).once('end', () => {
      bodies.push({ path: request.url ?? '', body })
      response.setHeader('content-type', 'application/json').end('{}')
    })
  })
  const port = await freePort()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const sent = (): Sent[] => bodies.map(({ body }) => JSON.parse(body) as Sent)
  return { url: `http://127.0.0.1:${port}`, bodies, sent, spans: () => sent().flatMap(({ resourceSpans }) => resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))) }
}
