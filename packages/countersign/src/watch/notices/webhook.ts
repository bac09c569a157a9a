/** A signed call to a program of the operator's (platform/signed-post.ts), and a message that Slack and those that speak its format take. */
import { post, signed } from '../../platform/signed-post.ts'
import type { Channel } from './channel.ts'
import { sendLasts } from './channel.ts'

export function createWebhook({ url, secret }: { url: URL; secret: string }): Channel {
  return {
    name: 'webhook', addressed: false,
    async send({ id, message, at }) {
      const body = JSON.stringify({ v: 1, id, type: message.kind, title: message.title, summary: message.summary, code: message.code, link: message.link, expiresAt: message.expiresAt })
      await post(url, body, signed(body, secret, at), AbortSignal.timeout(sendLasts))
    },
  }
}

export function createSlack({ url }: { url: URL }): Channel {
  return {
    name: 'slack', addressed: false,
    async send({ message }) {
      const lines = [`*${slack(message.title)}*`, slack(message.summary), `<${message.link}|Open it in Countersign>`]
      await post(url, JSON.stringify({ text: `${slack(message.title)}: ${slack(message.summary)} ${message.link}`, blocks: [{ type: 'section', text: { type: 'mrkdwn', text: lines.join('\n') } }] }), {}, AbortSignal.timeout(sendLasts))
    },
  }
}

/** Their three control characters. A name with one of them must not become a link or a mention. */
function slack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
