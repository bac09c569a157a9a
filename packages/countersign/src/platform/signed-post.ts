/**
 * A signed call to a program of the operator's.
 *
 * The signature is HMAC-SHA-256 over "<unix seconds>.<body>", in `Countersign-Signature: t=<seconds>,v1=<hex>`: the receiver compares it
 * in constant time and refuses what is older than some minutes. Redirects are not followed.
 */
import { createHmac } from 'node:crypto'

/** `at`: ms. */
export function signed(body: string, secret: string, at: number): Record<string, string> {
  const seconds = Math.floor(at / 1000)
  return { 'countersign-signature': `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}` }
}

/** Throws unless the other side answers that it took it. */
export async function post(url: URL, body: string, headers: Record<string, string>, signal: AbortSignal): Promise<void> {
  const response = await fetch(url, { method: 'POST', redirect: 'error', signal, headers: { 'content-type': 'application/json', ...headers }, body })
  await response.body?.cancel()
  if (!response.ok) throw new Error(`it answered with status ${response.status}`)
}
