/** Answers of the doors that are not the app's: what balancers, probes and Prometheus ask, without cookies, bodies or queries. */
import type { IncomingMessage, ServerResponse } from 'node:http'

export type Plain = { status: number; type: string; body: string; headers?: Readonly<Record<string, string>> }

/** True when it was asked for and is being answered; anything else is left alone. */
export type PlainDoor = (request: IncomingMessage, response: ServerResponse) => boolean

export const pathOf = (request: IncomingMessage): string => (request.url ?? '').split('?', 1)[0] ?? ''

export const json = (status: number, value: unknown, headers: Plain['headers'] = {}): Plain => ({ status, type: 'application/json; charset=utf-8', body: `${JSON.stringify(value)}\n`, headers })

export function answerPlain(request: IncomingMessage, response: ServerResponse, made: Promise<Plain>): void {
  const send = ({ status, type, body, headers = {} }: Plain): void => {
    if (response.headersSent || response.destroyed) return
    response.writeHead(status, {
      'Content-Type': type, 'Content-Length': Buffer.byteLength(body), 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff',
      'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'", 'Cross-Origin-Resource-Policy': 'same-origin', 'Referrer-Policy': 'no-referrer', ...headers,
    })
    response.end(request.method === 'HEAD' ? undefined : body)
  }
  // What came with the request is not read.
  request.resume()
  made.then(send, () => send(json(500, { status: 'failed' })))
}
