/**
 * A small exact stand-in for the server: the wire format, the headers and the status codes of its API, with challenges
 * computed by a second hand and assertions verified with @simplewebauthn/server. It can be told to lie.
 */
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { readFile } from 'node:fs/promises'
import { extname, join, normalize } from 'node:path'
import { answerOf } from './routes.ts'
import type { Answer } from './routes.ts'
import type { World } from './world.ts'

const policy = [
  "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "connect-src 'self'", "font-src 'self'", "manifest-src 'self'",
  "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'",
].join('; ')

const types: Record<string, string> = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.html': 'text/html; charset=utf-8' }
const pages = /^\/(?:|setup|sign-in|c|c\/[^/]+|runs|runs\/[^/]+|workspaces|workspaces\/.+|quarantine|state-credentials|keys|people|join|recover|sessions|address|device|policy|audit)$/u

export type FakeServer = { origin: string; world: World; close: () => Promise<void> }

export async function startFake(world: World, folder: string): Promise<FakeServer> {
  const server: Server = createServer((request, response) => {
    void serve(world, folder, origin(), request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const origin = (): string => `http://localhost:${port}`
  return {
    origin: origin(),
    world,
    close: () => new Promise((resolve) => {
      server.closeAllConnections()
      server.close(() => resolve())
    }),
  }
}

async function serve(world: World, folder: string, origin: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', origin)
  response.setHeader('content-security-policy', policy)
  response.setHeader('x-content-type-options', 'nosniff')
  response.setHeader('referrer-policy', 'no-referrer')
  if (url.pathname.startsWith('/api/')) {
    const answer = await answerOf(world, { method: request.method ?? 'GET', url, origin, headers: request.headers, body: await bodyOf(request) })
    if (answer === 'hang up') request.socket.destroy()
    else write(response, answer)
    return
  }
  const file = pages.test(url.pathname) ? '/index.html' : normalize(url.pathname)
  try {
    const bytes = await readFile(join(folder, file))
    response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' }).end(bytes)
  } catch {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('not found')
  }
}

function write(response: ServerResponse, answer: Exclude<Answer, 'hang up'>): void {
  if (answer.cookie !== undefined) response.setHeader('set-cookie', `countersign_session=${answer.cookie}; HttpOnly; SameSite=Strict; Path=/`)
  const problem = answer.status >= 400
  const body = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body)
  response.writeHead(answer.status, { 'content-type': problem ? 'application/problem+json' : 'application/json; charset=utf-8', 'cache-control': 'no-store' }).end(answer.status === 204 ? '' : body)
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  const text = Buffer.concat(parts).toString('utf8')
  return text === '' ? null : (JSON.parse(text) as unknown)
}
