/** IP addresses and networks as numbers, in the forms that Go's net package reads and writes. */

export type Address = { readonly bits: 32 | 128; readonly value: bigint }
export type Network = Address & { readonly prefix: number }

/** IPv4 without leading zeros, IPv6 with or without `::` and a dotted tail; an IPv4-mapped address is IPv4, as in Go. */
export function parseAddress(text: string): Address | undefined {
  if (!text.includes(':')) {
    const value = dotted(text)
    return value === undefined ? undefined : { bits: 32, value }
  }
  const value = colons(text)
  if (value === undefined) return undefined
  return value >> 32n === 0xffffn ? { bits: 32, value: value & 0xffffffffn } : { bits: 128, value }
}

function dotted(text: string): bigint | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1)
  if (parts === undefined || parts.some((part) => Number(part) > 255 || (part.length > 1 && part.startsWith('0')))) return undefined
  return parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n)
}

function colons(text: string): bigint | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const left = groups(halves[0] ?? '', halves.length === 1)
  const right = halves.length === 1 ? [] : groups(halves[1] ?? '', true)
  if (left === undefined || right === undefined) return undefined
  const missing = 8 - left.length - right.length
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined
  return [...left, ...Array.from({ length: missing }, () => 0n), ...right].reduce((value, group) => (value << 16n) | group, 0n)
}

function groups(text: string, last: boolean): bigint[] | undefined {
  if (text === '') return []
  const out: bigint[] = []
  const parts = text.split(':')
  for (const [index, part] of parts.entries()) {
    if (last && index === parts.length - 1 && part.includes('.')) {
      const tail = dotted(part)
      if (tail === undefined) return undefined
      out.push(tail >> 16n, tail & 0xffffn)
    } else if (/^[\da-fA-F]{1,4}$/.test(part)) out.push(BigInt(`0x${part}`))
    else return undefined
  }
  return out
}

/** `address/prefix`; the address keeps its host bits. An IPv4-mapped address with a prefix stays IPv6, as in Go. */
export function parseNetwork(text: string): Network | undefined {
  const [, head = '', tail = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? []
  if (tail.length > 1 && tail.startsWith('0')) return undefined
  const address = head.includes(':') ? wide(head) : parseAddress(head)
  const prefix = Number(tail)
  return address === undefined || tail === '' || prefix > address.bits ? undefined : { ...address, prefix }
}

function wide(text: string): Address | undefined {
  const value = colons(text)
  return value === undefined ? undefined : { bits: 128, value }
}

const hostBits = (network: Network): bigint => BigInt(network.bits - network.prefix)

export const first = (network: Network): bigint => (network.value >> hostBits(network)) << hostBits(network)
export const last = (network: Network): bigint => first(network) | ((1n << hostBits(network)) - 1n)

export function formatAddress({ bits, value }: Address): string {
  if (bits === 32) return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.')
  const parts = Array.from({ length: 8 }, (_, index) => Number((value >> BigInt(112 - 16 * index)) & 0xffffn))
  if (value >> 32n === 0xffffn) return `::ffff:${formatAddress({ bits: 32, value: value & 0xffffffffn })}`
  const { start, length } = longestZeros(parts)
  const hex = (some: readonly number[]): string => some.map((part) => part.toString(16)).join(':')
  return length < 2 ? hex(parts) : `${hex(parts.slice(0, start))}::${hex(parts.slice(start + length))}`
}

/** The first of the longest runs of zero groups (RFC 5952). */
function longestZeros(parts: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 }
  for (let start = 0; start < parts.length; start++) {
    let length = 0
    while (parts[start + length] === 0) length++
    if (length > best.length) best = { start, length }
  }
  return best
}
