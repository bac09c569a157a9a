/** Functions over IP networks. Addresses are big integers with a width of 32 or 128 bits. */
import { listOf, number, string } from '../value/type.ts'
import { list, no, text, textOf, type Value } from '../value/value.ts'
import { bigWhole, reword, wholeNumber } from './count.ts'
import { fail, failAt, type FunctionSpec } from './spec.ts'

type Network = { readonly address: bigint; readonly length: number; readonly bits: 32 | 128 }

/** Four decimal numbers. Leading zeros are passed over: what others take for octal was decimal here from the beginning. */
function parseFour(s: string): bigint | undefined {
  const parts = s.split('.')
  if (parts.length !== 4) return undefined
  let n = 0n
  for (const part of parts) {
    if (!/^[0-9]+$/.test(part) || Number(part) > 255) return undefined
    n = (n << 8n) | BigInt(part)
  }
  return n
}

function parseSix(s: string): bigint | undefined {
  const halves = s.split('::')
  if (halves.length > 2) return undefined
  const groups = (half: string): number[] | undefined => {
    if (half === '') return []
    const out: number[] = []
    const parts = half.split(':')
    for (const [i, part] of parts.entries()) {
      if (i === parts.length - 1 && part.includes('.')) {
        const four = parseFour(part)
        if (four === undefined) return undefined
        out.push(Number(four >> 16n), Number(four & 0xffffn))
      } else if (/^[0-9a-f]{1,4}$/i.test(part)) out.push(Number.parseInt(part, 16))
      else return undefined
    }
    return out
  }
  const head = groups(halves[0] ?? '')
  const tail = halves.length === 2 ? groups(halves[1] ?? '') : []
  if (head === undefined || tail === undefined) return undefined
  const gap = 8 - head.length - tail.length
  if (halves.length === 2 ? gap < 1 : gap !== 0) return undefined
  return [...head, ...Array.from({ length: gap }, () => 0), ...tail].reduce((n, group) => (n << 16n) | BigInt(group), 0n)
}

function parse(s: string): Network {
  const broken = (): never => fail(`invalid CIDR address: ${s}`)
  const slash = s.indexOf('/')
  if (slash < 0) return broken()
  const host = s.slice(0, slash)
  const bits = host.includes(':') ? 128 : 32
  const address = bits === 128 ? parseSix(host) : parseFour(host)
  const mask = s.slice(slash + 1)
  if (address === undefined || !/^[0-9]+$/.test(mask) || Number(mask) > bits) return broken()
  const length = Number(mask)
  const suffix = BigInt(bits - length)
  return { address: (address >> suffix) << suffix, length, bits }
}

function network(value: Value): Network {
  return reword(() => parse(textOf(value)), (message) => fail(`invalid CIDR expression: ${message}`))
}

function showFour(n: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((n >> shift) & 255n)).join('.')
}

/** The longest run of zeros, of two at least, is left out (RFC 5952). An IPv4 address within IPv6 is shown as such. */
function showSix(n: bigint, mapped = true): string {
  if (mapped && n >> 32n === 0xffffn) return showFour(n & 0xffffffffn)
  const groups = Array.from({ length: 8 }, (_, i) => Number((n >> BigInt(112 - i * 16)) & 0xffffn))
  let best = -1
  let longest = 1
  for (let i = 0; i < 8; i++) {
    let end = i
    while (end < 8 && groups[end] === 0) end++
    if (end - i > longest) [best, longest] = [i, end - i]
  }
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':')
  return best < 0 ? hex(groups) : `${hex(groups.slice(0, best))}::${hex(groups.slice(best + longest))}`
}

const show = (address: bigint, bits: number): string => (bits === 32 ? showFour(address) : showSix(address))
const showNetwork = ({ address, length, bits }: Network): string => `${show(address, bits)}/${length}`

const cidrhost: FunctionSpec = {
  name: 'cidrhost',
  params: [{ name: 'prefix', type: string }, { name: 'hostnum', type: number }],
  returns: string,
  notNull: true,
  run: ([prefix = no, hostValue = no]) => {
    const host = bigWhole(hostValue)
    const { address, length, bits } = network(prefix)
    const size = 1n << BigInt(bits - length)
    if (host >= size || -host > size) return fail(`prefix of ${length} does not accommodate a host numbered ${host < 0n ? size + host : host}`)
    // an address that is IPv4 in the clothes of IPv6 gets its host number where IPv4 would have it
    if (bits === 128 && address >> 32n === 0xffffn) return text(showSix(address | ((host < 0n ? size + host : host) << 96n), false))
    return text(show(address + (host < 0n ? size + host : host), bits))
  },
}

const cidrnetmask: FunctionSpec = {
  name: 'cidrnetmask',
  params: [{ name: 'prefix', type: string }],
  returns: string,
  notNull: true,
  run: ([prefix = no]) => {
    const { length, bits } = network(prefix)
    if (bits === 128) return fail(`IPv6 addresses cannot have a netmask: ${textOf(prefix)}`)
    return text(showFour(((1n << BigInt(length)) - 1n) << BigInt(32 - length)))
  },
}

const cidrsubnet: FunctionSpec = {
  name: 'cidrsubnet',
  params: [{ name: 'prefix', type: string }, { name: 'newbits', type: number }, { name: 'netnum', type: number }],
  returns: string,
  notNull: true,
  run: ([prefix = no, bitsValue = no, numberValue = no]) => {
    const more = wholeNumber(bitsValue)
    const which = bigWhole(numberValue)
    const { address, length, bits } = network(prefix)
    const longer = length + more
    if (longer > bits) return fail(`insufficient address space to extend prefix of ${length} by ${more}`)
    if (longer < 0) return fail(`insufficient address space to extend prefix of ${length} by ${more}`)
    // a negative number is compared without its sign, and then carried into the bits above: nobody asks for that, but it has an answer
    const magnitude = which < 0n ? -which : which
    if (more >= 0 && magnitude >= 1n << BigInt(more)) return fail(`prefix extension of ${more} does not accommodate a subnet numbered ${which}`)
    const joined = address | (which << BigInt(bits - longer))
    return text(showNetwork({ address: joined < 0n ? -joined : joined, length: longer, bits }))
  },
}

const cidrsubnets: FunctionSpec = {
  name: 'cidrsubnets',
  params: [{ name: 'prefix', type: string }],
  rest: { name: 'newbits', type: number },
  returns: listOf(string),
  notNull: true,
  run: ([prefix = no, ...more]) => {
    const base = reword(() => network(prefix), (message) => failAt(0, message))
    const end = base.address + (1n << BigInt(base.bits - base.length))
    let next = base.address
    let previous = base
    const found: Value[] = []
    for (const [i, one] of more.entries()) {
      const extra = reword(() => wholeNumber(one), (message) => failAt(i + 1, message))
      if (extra < 1) return failAt(i + 1, 'must extend prefix by at least one bit')
      if (extra > 32) return failAt(i + 1, 'may not extend prefix by more than 32 bits')
      const length = base.length + extra
      if (length > base.bits) return failAt(i + 1, `would extend prefix to ${length} bits, which is too long for an ${base.bits === 32 ? 'IPv4' : 'IPv6'} address`)
      const size = 1n << BigInt(base.bits - length)
      const address = ((next + size - 1n) / size) * size
      if (address + size > end) {
        const before = i === 0 ? { ...base, address: base.address - size, length } : previous
        return failAt(i + 1, `not enough remaining address space for a subnet with a prefix of ${length} bits after ${showNetwork(before)}`)
      }
      previous = { address, length, bits: base.bits }
      next = address + size
      found.push(text(showNetwork(previous)))
    }
    return list(string, found)
  },
}

export const cidrs: readonly FunctionSpec[] = [cidrhost, cidrnetmask, cidrsubnet, cidrsubnets]
