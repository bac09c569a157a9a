/** A TCP proxy on loopback that delays what passes and cuts connections, in either direction, with half of a message under way or none. */
import { setTimeout as later } from 'node:timers/promises'
import { connect, createServer } from 'node:net'
import type { Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Chance } from './seeded.ts'

/** Chances for each piece that passes; `delay`: at most, ms. */
export type Weather = { cut: number; late: number; delay: number }
export type TcpProxy = { port: number; weather: Weather; readonly seen: { cut: number; late: number }; /** Cuts everything that is open. */ cutAll(): void }

export const calm: Weather = { cut: 0, late: 0, delay: 0 }

export async function tcpProxy(target: number, chance: Chance): Promise<TcpProxy> {
  const sockets = new Set<Socket>()
  const seen = { cut: 0, late: 0 }
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1')
    const end = (): void => {
      client.destroy()
      upstream.destroy()
    }
    for (const [from, to] of [[client, upstream], [upstream, client]] as const) {
      sockets.add(from)
      from.on('error', () => undefined).on('close', () => {
        sockets.delete(from)
        end()
      })
      let last: Promise<void> = Promise.resolve()
      from.on('data', (bytes) => {
        const cut = chance() < proxy.weather.cut
        const wait = chance() < proxy.weather.late ? chance() * proxy.weather.delay : 0
        // In order, and nobody has to wait where nothing is delayed.
        last = last.then(async () => {
          if (wait > 0) {
            seen.late += 1
            await later(wait)
          }
          if (!cut) return void to.write(bytes)
          seen.cut += 1
          if (chance() < 0.5) to.write(bytes.subarray(0, Math.floor(bytes.length * chance())))
          client.resetAndDestroy()
          upstream.resetAndDestroy()
        })
      })
    }
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  const cutAll = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  onTestFinished(() => {
    server.close()
    cutAll()
  })
  const proxy: TcpProxy = { port: typeof address === 'object' && address !== null ? address.port : 0, weather: calm, seen, cutAll }
  return proxy
}
