/** Addresses and networks, in both families. An IPv4 address that arrives as an IPv6 one (`::ffff:10.0.0.5`) is the IPv4 address. */
import ipaddr from 'ipaddr.js'

export type Range = { address: ipaddr.IPv4 | ipaddr.IPv6; bits: number }

/** null: not an address. `10.5` and `0x7f000001` are none: what a proxy or a person writes is written in full. */
export function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text)
  if (!text.includes(':') || !ipaddr.IPv6.isValid(text)) return null
  const six = ipaddr.IPv6.parse(text)
  return six.isIPv4MappedAddress() ? six.toIPv4Address() : six
}

/** `10.0.0.5`, `10.1.0.0/24`, `fd00::/8`; null: neither. */
export function parseRange(text: string): Range | null {
  const [host = '', prefix, ...more] = text.split('/')
  const address = parseAddress(host)
  if (address === null || more.length > 0) return null
  const most = address.kind() === 'ipv4' ? 32 : 128
  const bits = prefix === undefined ? most : /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1
  return bits >= 0 && bits <= most ? { address, bits } : null
}

export function isWithin(text: string, ranges: readonly Range[]): boolean {
  const address = parseAddress(text)
  return address !== null && ranges.some((range) => address.kind() === range.address.kind() && address.match(range.address, range.bits))
}
