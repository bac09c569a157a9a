/** A mail server that speaks as much of SMTP (RFC 5321) as a client needs to hand a message over, and can refuse. */
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export type Mail = { from: string; to: string[]; text: string }

export async function mailServer(): Promise<{ url: string; mails: Mail[]; refuse: (times: number) => void; arrived: (count: number) => Promise<void> }> {
  const mails: Mail[] = []
  const waiting: { count: number; done: () => void }[] = []
  let refusing = 0
  const server = createServer((socket) => {
    let mail: Mail = { from: '', to: [], text: '' }
    let data: string[] | null = null
    let rest = ''
    const say = (line: string): void => void socket.write(`${line}\r\n`)
    say('220 localhost ESMTP')
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => {
      rest += chunk.toString('utf8')
      for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
        const line = rest.slice(0, end)
        rest = rest.slice(end + 2)
        if (data !== null) {
          if (line !== '.') {
            data.push(line.startsWith('..') ? line.slice(1) : line)
            continue
          }
          mails.push({ ...mail, text: data.join('\n').replaceAll('=\n', '') })
          data = null
          mail = { from: '', to: [], text: '' }
          say('250 taken')
          for (const one of waiting) if (mails.length >= one.count) one.done()
          continue
        }
        const verb = line.slice(0, 4).toUpperCase()
        if (verb === 'EHLO') say('250-localhost\r\n250 8BITMIME')
        else if (verb === 'MAIL' && refusing > 0) {
          refusing--
          say('451 come again')
        } else if (verb === 'MAIL') {
          mail.from = line
          say('250 ok')
        } else if (verb === 'RCPT') {
          mail.to.push(/<([^>]*)>/u.exec(line)?.[1] ?? '')
          say('250 ok')
        } else if (verb === 'DATA') {
          data = []
          say('354 go on')
        } else if (verb === 'QUIT') {
          say('221 bye')
          socket.end()
        } else say('250 ok')
      }
    })
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  onTestFinished(() => new Promise<void>((done) => void server.close(() => done())))
  const { port } = server.address() as AddressInfo
  return {
    url: `smtp://127.0.0.1:${port}`, mails,
    refuse: (times) => void (refusing = times),
    arrived: (count) => new Promise((done) => (mails.length >= count ? done() : waiting.push({ count, done }))),
  }
}
