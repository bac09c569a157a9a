/**
 * A signed call to a program of the operator's, and a message that Slack and those that speak its format take.
 *
 * The signature is HMAC-SHA-256 over "<unix seconds>.<body>", in `Countersign-Signature: t=<seconds>,v1=<hex>`: the receiver
 * compares it in constant time and refuses what is older than some minutes. Redirects are not followed.
 */
import { createHmac } from 'node:crypto'
import type { Channel } from './channel.ts'
import { sendLasts } from './channel.ts'

export function createWebhook({ url, secret }: { url: URL; secret: string }): Channel {
  return {
    name: 'webhook', addressed: false,
    async send({ id, message, at }) {
      const body = JSON.stringify({ v: 1, id, type: message.kind, title: message.title, summary: message.summary, code: message.code, link: message.link, expiresAt: message.expiresAt })
      const seconds = Math.floor(at / 1000)
      const signature = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')
      await post(url, body, { 'countersign-signature': `t=${seconds},v1=${signature}` })
    },
  }
}

export function createSlack({ url }: { url: URL }): Channel {
  return {
    name: 'slack', addressed: false,
    async send({ message }) {
      const lines = [`*${slack(message.title)}*`, slack(message.summary), `<${message.link}|Open it in Countersign>`]
      await post(url, JSON.stringify({ text: `${slack(message.title)}: ${slack(message.summary)} ${message.link}`, blocks: [{ type: 'section', text: { type: 'mrkdwn', text: lines.join('\n') } }] }), {})
    },
  }
}

/** Their three control characters. A name with one of them must not become a link or a mention. */
function slack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

async function post(url: URL, body: string, headers: Record<string, string>): Promise<void> {
  const response = await fetch(url, { method: 'POST', redirect: 'error', signal: AbortSignal.timeout(sendLasts), headers: { 'content-type': 'application/json', ...headers }, body })
  await response.body?.cancel()
  if (!response.ok) throw new Error(`it answered with status ${response.status}`)
}
