/**
 * Terraform's HTTP backend as small as it goes, and exact in what it does: GET, POST under the lock's ID, LOCK and UNLOCK with 423 and the
 * holder's LockInfo, Content-MD5, Basic authentication. One state for each path.
 */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export type HttpBackend = { url: string; user: string; password: string; states: Map<string, string>; asked: string[] }

export async function httpBackend(): Promise<HttpBackend> {
  const [user, password] = ['ci', 'correct-horse']
  const states = new Map<string, string>()
  const locks = new Map<string, string>()
  const asked: string[] = []
  const answer = (response: ServerResponse, status: number, body = ''): void => void response.writeHead(status, body === '' ? {} : { 'content-type': 'application/json' }).end(body)
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname: path, searchParams } = new URL(request.url ?? '', 'http://backend')
    const body = Buffer.concat(await request.toArray() as Buffer[])
    asked.push(`${request.method ?? ''} ${path}`)
    if (request.headers.authorization !== `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`) return answer(response, 401)
    const held = locks.get(path)
    const idOf = (info: string): unknown => (JSON.parse(info) as { ID?: unknown }).ID
    if (request.method === 'GET') return states.has(path) ? answer(response, 200, states.get(path)) : answer(response, 404)
    if (request.method === 'LOCK') {
      if (held !== undefined) return answer(response, 423, held)
      locks.set(path, body.toString('utf8'))
      return answer(response, 200)
    }
    if (request.method === 'UNLOCK') {
      if (held === undefined || (body.length > 0 && idOf(held) !== idOf(body.toString('utf8')))) return answer(response, 409)
      locks.delete(path)
      return answer(response, 200)
    }
    if (request.method === 'POST') {
      if (request.headers['content-md5'] !== createHash('md5').update(body).digest('base64')) return answer(response, 400)
      if (held !== undefined && idOf(held) !== searchParams.get('ID')) return answer(response, 409)
      states.set(path, body.toString('utf8'))
      return answer(response, 200)
    }
    answer(response, 405)
  }
  const server = createServer((request, response) => void take(request, response))
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, user, password, states, asked }
}
