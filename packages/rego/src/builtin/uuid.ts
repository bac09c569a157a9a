/** UUIDs (RFC 9562). */
import { objectOf, type Value } from '../value/index.ts'
import { define } from './define.ts'
import { stringAt } from './operand.ts'
import type { Builtin, BuiltinContext } from './registry.ts'

export const uuid: readonly Builtin[] = [
  define('uuid.rfc4122', 'string -> string', 'a random UUID: the same for the same argument in one query', (args, context) => {
    const key = `uuid.rfc4122:${stringAt(args, 1)}`
    const known = context.cache.get(key)
    if (typeof known === 'string') return known
    const made = random(context)
    context.cache.set(key, made)
    return made
  }, { kind: 'query' }),
  define('uuid.parse', 'string -> object', 'version, variant, and what else the UUID holds', (args) => parsed(stringAt(args, 1))),
]

function random(context: BuiltinContext): string {
  const bytes = Array.from({ length: 16 }, () => Math.floor(context.random() * 256))
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** Hundreds of nanoseconds between the Gregorian calendar's start and 1970. */
const gregorian = 122_192_928_000_000_000n

function parsed(text: string): Value | undefined {
  const bare = /^\{(.*)\}$/.exec(text)?.[1] ?? text.replace(/^urn:uuid:/i, '')
  if (!/^([\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}|[\da-f]{32})$/i.test(bare)) return undefined
  const hex = bare.replaceAll('-', '').toLowerCase()
  const version = Number.parseInt(hex[12] ?? '0', 16)
  const kind = Number.parseInt(hex[16] ?? '0', 16)
  const fields: [string, Value][] = [
    ['version', version],
    ['variant', kind < 8 ? 'Reserved' : kind < 12 ? 'RFC4122' : kind < 14 ? 'Microsoft' : 'Future'],
  ]
  if (version === 1 || version === 2) {
    const ticks = BigInt(`0x${hex.slice(13, 16)}${hex.slice(8, 12)}${hex.slice(0, 8)}`)
    const node = hex.slice(20)
    fields.push(['nodeid', node.replace(/..(?=.)/g, '$&-')], ['macvariables', macOf(Number.parseInt(node.slice(0, 2), 16))])
    fields.push(['clocksequence', Number.parseInt(hex.slice(16, 20), 16) & 0x3fff], ['time', timeOf(ticks)])
  }
  if (version === 2) {
    const domain = Number.parseInt(hex.slice(18, 20), 16)
    fields.push(['id', Number.parseInt(hex.slice(0, 8), 16)], ['domain', ['Person', 'Group', 'Org'][domain] ?? `Domain${domain}`])
  }
  return objectOf(fields)
}

const timeOf = (ticks: bigint): number | bigint => {
  const nanoseconds = (ticks - gregorian) * 100n
  return nanoseconds >= BigInt(Number.MIN_SAFE_INTEGER) && nanoseconds <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(nanoseconds) : nanoseconds
}

function macOf(first: number): string {
  return `${first & 2 ? 'local' : 'global'}:${first & 1 ? 'multicast' : 'unicast'}`
}
