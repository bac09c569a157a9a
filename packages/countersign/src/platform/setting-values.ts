/** What addresses and URLs in settings may look like. Each refusal says what would be right. */

import { parseRange } from './networks.ts'

export type Address = { host: string; port: number }

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

/** `127.0.0.1:7420,[::1]:7420` */
export function parseAddresses(text: string): Address[] {
  return text.split(',').map((part) => {
    const match = /^(?:\[(?<six>[0-9a-fA-F:.]+)\]|(?<host>[A-Za-z0-9.-]+)):(?<port>\d{1,5})$/.exec(part.trim())
    const port = Number(match?.groups?.['port'] ?? -1)
    const host = match?.groups?.['six'] ?? match?.groups?.['host']
    if (host === undefined || port < 0 || port > 65_535) throw new Error('must be host:port, with commas between several, such as 127.0.0.1:7420,[::1]:7420')
    return { host, port }
  })
}

/** An origin and nothing more: keys are bound to the host, and every link is made from it. Browsers offer security keys on https, and on http for localhost alone. */
export function parsePublicUrl(text: string): URL {
  const wanted = 'must be https://host or, on one machine, http://localhost:7420'
  if (!URL.canParse(text)) throw new Error(wanted)
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new Error(wanted)
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '' || url.pathname !== '/') throw new Error(`${wanted}, without a path, a name or a password`)
  const address = /^\[|^\d{1,3}(\.\d{1,3}){3}$/.test(url.hostname)
  if (address) throw new Error(`${wanted}: security keys need a host name, not an address (localhost instead of 127.0.0.1)`)
  if (url.protocol === 'http:' && url.hostname !== 'localhost') throw new Error(`${wanted}: browsers refuse security keys over plain http`)
  return url
}

/** Empty, or addresses and networks with commas between. Each is kept as it was written. */
export function parseProxies(text: string): string[] {
  const proxies = text.split(',').map((part) => part.trim()).filter((part) => part !== '')
  for (const proxy of proxies) {
    const range = parseRange(proxy)
    if (range === null) throw new Error('must be addresses or networks, with commas between several, such as 10.0.0.5,10.1.0.0/24')
    if (range.bits === 0) throw new Error('names every address there is: then anybody could say where a request came from')
  }
  return proxies
}

/** `10s` or `2m`, an hour at most; in ms. */
export function parseSeconds(text: string): number {
  const match = /^(\d{1,4})(s|m)$/.exec(text)
  const ms = Number(match?.[1] ?? Number.NaN) * (match?.[2] === 'm' ? 60_000 : 1000)
  if (!(ms <= 3_600_000)) throw new Error('must be a time of an hour at most, such as 10s or 2m')
  return ms
}

/** `90s`, `15m`, `24h` or `30d`, within two bounds; in ms. */
export function parseDuration(text: string, bounds: { least: number; most: number }): number {
  const match = /^(\d{1,9})(s|m|h|d)$/.exec(text)
  const unit = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[match?.[2] ?? ''] ?? Number.NaN
  const ms = Number(match?.[1] ?? Number.NaN) * unit
  if (!(ms >= bounds.least && ms <= bounds.most)) throw new Error(`must be a time such as 90s, 15m, 24h or 30d, from ${bounds.least / 1000} to ${bounds.most / 1000} seconds`)
  return ms
}

/** `64MB`, `256MB`, at most 1 GB; in bytes. */
export function parseMegabytes(text: string): number {
  const megabytes = Number(/^(\d{1,4})MB$/.exec(text)?.[1] ?? Number.NaN)
  if (!(megabytes >= 1 && megabytes <= 1000)) throw new Error('must be a size from 1MB to 1000MB, such as 256MB')
  return megabytes * 1024 * 1024
}

/** A whole number within two bounds. */
export function parseCount(text: string, bounds: { least: number; most: number }): number {
  const count = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (!(count >= bounds.least && count <= bounds.most)) throw new Error(`must be a whole number from ${bounds.least} to ${bounds.most}`)
  return count
}
