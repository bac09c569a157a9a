/** A TCP proxy in front of a server that can lose an answer: the request arrives and has its effect, and the connection is cut when the answer begins. */
import { connect, createServer } from 'node:net'
import type { Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export type LosingProxy = {
  port: number
  /** So many answers from now on are lost. */
  lose(answers: number): void
  lost(): number
}

export async function losingProxy(port: number, target: number): Promise<LosingProxy> {
  const sockets = new Set<Socket>()
  const book = { toLose: 0, lost: 0 }
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1')
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => undefined).on('close', () => {
        sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    client.on('data', (bytes) => upstream.write(bytes))
    upstream.on('data', (bytes) => {
      if (book.toLose === 0) return void client.write(bytes)
      book.toLose -= 1
      book.lost += 1
      client.resetAndDestroy()
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return { port, lose: (answers) => void (book.toLose = answers), lost: () => book.lost }
}
