/** Networks in CIDR notation. Names are never looked up. */
import { entries, isArray, isObject, members, RegoSet, type Value } from '../../value/index.ts'
import { declare, define } from '../define.ts'
import { type Args, stringAt } from '../operand.ts'
import { type Builtin, type BuiltinContext, BuiltinFault } from '../registry.ts'
import { first, formatAddress, last, type Network, parseAddress, parseNetwork } from './address.ts'
import { type Given, merge } from './merge.ts'

export const net: readonly Builtin[] = [
  define('net.cidr_contains', 'string, string -> boolean', 'the network contains the network or address', contains),
  define('net.cidr_overlap', 'string, string -> boolean', 'deprecated: net.cidr_contains', contains),
  define('net.cidr_contains_matches', 'any, any -> set', 'pairs of keys of networks and what they contain', contained),
  define('net.cidr_intersects', 'string, string -> boolean', 'the networks have addresses in common', (args) => {
    const [a, b] = [networkAt(args, 1), networkAt(args, 2)]
    return a.bits === b.bits && first(a) <= last(b) && first(b) <= last(a)
  }),
  define('net.cidr_expand', 'string -> set', 'all addresses of the network', (args, context) => {
    const network = networkAt(args, 1)
    const count = last(network) - first(network) + 1n
    context.reserve(count > 1_000_000_000n ? Infinity : Number(count))
    const out = new RegoSet()
    for (let value = first(network); value <= last(network); value++) out.add(formatAddress({ bits: network.bits, value }))
    return out
  }),
  define('net.cidr_is_valid', 'string -> boolean', 'the string is a network', ([value]) => typeof value === 'string' && parseNetwork(value) !== undefined),
  define('net.cidr_merge', 'array|set -> set', 'the networks and addresses in as few networks as possible', (args, context) => {
    const given = textsIn(args[0] ?? null)
    context.spend(given.length * 8)
    return new RegoSet(merge(given.map(mergeable)))
  }),
  declare('refused', 'net.lookup_ip_addr', 'string -> set', 'would ask the name service'),
]

export function network(text: string): Network {
  const found = parseNetwork(text)
  if (found === undefined) throw new BuiltinFault(`invalid CIDR address: ${text}`)
  return found
}

/** OPA counts all of these arguments as the first. */
function textAt(args: Args, position: number): string {
  return stringAt([args[position - 1] ?? null], 1)
}

const networkAt = (args: Args, position: number): Network => network(textAt(args, position))

/** A network, or an address as the smallest one. */
function networkOrAddress(text: string): Network {
  const address = parseAddress(text)
  if (address !== undefined) return { ...address, prefix: address.bits }
  const found = parseNetwork(text)
  if (found === undefined) throw new BuiltinFault(`not a valid textual representation of an IP address or CIDR: ${text}`)
  return found
}

const within = (outer: Network, inner: Network): boolean => outer.bits === inner.bits && first(outer) <= first(inner) && last(inner) <= last(outer)

function contains(args: Args): boolean {
  return within(networkAt(args, 1), networkOrAddress(textAt(args, 2)))
}

/** Keys with networks: of a string the string itself, of an array the index, of a set the member, of an object the key. */
function keyed(args: Args, position: number): [Value, string][] {
  const value = args[position - 1] ?? null
  if (typeof value === 'string') return [[value, value]]
  if (isArray(value)) return value.map((item, index) => [index, textOf(item, position)])
  if (value instanceof RegoSet) return members(value).map((item) => [item, textOf(item, position)])
  if (isObject(value)) return [...entries(value)].map(([key, item]) => [key, textOf(item, position)])
  return []
}

function textOf(item: Value, position: number): string {
  const text = isArray(item) ? item[0] : item
  if (typeof text !== 'string') throw new BuiltinFault(`operand ${position}: element must be string or non-empty array`)
  return text
}

function contained(args: Args, context: BuiltinContext): Value {
  const outer = keyed(args, 1).map(([key, text]) => [key, network(text)] as const)
  const inner = outer.length === 0 ? [] : keyed(args, 2).map(([key, text]) => [key, networkOrAddress(text)] as const)
  context.spend(outer.length * inner.length)
  const out = new RegoSet()
  for (const [key, one] of outer) for (const [other, two] of inner) if (within(one, two)) out.add([key, other])
  return out
}

/** Go's classes: an IPv4 address without a prefix stands for its class A, B or C network. */
function mergeable(text: string): Given {
  if (text.includes('/')) return network(text)
  const address = parseAddress(text)
  if (address === undefined) throw new BuiltinFault(`invalid CIDR address: ${text}`)
  if (address.bits === 128) throw new BuiltinFault('IPv6 invalid: needs prefix length')
  const top = Number(address.value >> 24n)
  const prefix = top < 128 ? 8 : top < 192 ? 16 : 24
  return { ...address, prefix, alone: text }
}

function textsIn(value: Value): readonly string[] {
  if (!isArray(value) && !(value instanceof RegoSet)) throw new BuiltinFault('operand must be an array')
  return (isArray(value) ? value : members(value)).map((one) => {
    if (typeof one !== 'string') throw new BuiltinFault('element must be string')
    return one
  })
}
