/** E-mail over SMTP: plain text, one recipient a message. Credentials go over TLS or nowhere, except to this machine itself. */
import type { Channel } from './channel.ts'
import { sendLasts } from './channel.ts'

export type MailSettings = { url: URL; from: string }

export async function createEmail({ url, from }: MailSettings): Promise<Channel> {
  const { createTransport } = await import('nodemailer')
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  const secure = url.protocol === 'smtps:'
  const transport = createTransport({
    host: url.hostname.replaceAll(/[[\]]/g, ''), port: url.port === '' ? (secure ? 465 : 587) : Number(url.port), secure,
    requireTLS: !secure && !local, ignoreTLS: !secure && local,
    ...(url.username === '' ? {} : { auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) } }),
    connectionTimeout: sendLasts, greetingTimeout: sendLasts, socketTimeout: sendLasts, disableFileAccess: true, disableUrlAccess: true,
  })
  return {
    name: 'email', addressed: true,
    async send({ id, recipient, message }) {
      const { title, summary, code, link, expiresAt } = message
      const lines = [summary, '', ...(code === '' ? [] : [`Code: ${code}`]), `Look at it here: ${link}`, ...(expiresAt === '' ? [] : [`It waits until ${expiresAt}.`]), '', 'Nothing can be approved by answering this message.']
      await transport.sendMail({ from, to: { name: '', address: recipient }, subject: `[Countersign] ${title}`, text: lines.join('\n'), messageId: `<${id}@countersign>`, headers: { 'Auto-Submitted': 'auto-generated' } })
    },
  }
}
