/**
 * Who can reach it: address ranges that are the internet, or nearly, in rules that let traffic in. Compared with the ranges before, so
 * that only a new opening counts. Rules for traffic that leaves, and rules that deny, are not openings.
 */
import { whyMasked } from '../../redact/marks.ts'
import type { Change, Json, JsonObject } from '../../shape.ts'
import type { Collector } from '../collector.ts'

export const rangeNames: ReadonlySet<string> = new Set(
  `cidr_blocks ipv6_cidr_blocks cidr_block cidr_ipv4 cidr_ipv6 cidr cidrs cidr_ip ipv6_cidr_ip source_ranges source_cidr_blocks source_cidrs source_cidr source_address_prefix source_address_prefixes source_ips source_addresses
   remote_ip_prefix public_access_cidrs authorized_ip_ranges api_server_authorized_ip_ranges authorized_networks master_authorized_networks_config allowed_cidrs allowed_cidr_blocks allowed_ips ip_rules ip_range ip_ranges
   ip_address_range allow_cidrs load_balancer_source_ranges whitelist_ips inbound_cidrs`.split(/\s+/),
)
/** Objects below these hold no openings. */
const outward: ReadonlySet<string> = new Set(['egress', 'egress_rule', 'outbound_rule', 'outbound'])
const outwardType = /egress|outbound|route(?:_table)?$|_subnet$|_vpc$|virtual_network|subnetwork|prefix_list$|ip_set|nat_/

/** More of the internet than a /8 (IPv4) or a /16 (IPv6): two halves of it are it. */
export function isWorld(range: string): boolean {
  const text = range.trim().toLowerCase()
  if (text === '*' || text === 'internet' || text === 'any' || text === 'all' || text === '0.0.0.0' || text === '::' || text === '0.0.0.0-255.255.255.255') return true
  const match = /^([0-9a-f.:]+)\/([0-9]{1,3})$/.exec(text)
  if (match === null) return false
  return Number(match[2]) < (match[1]?.includes(':') === true ? 16 : 8)
}

const adminPorts = [22, 23, 135, 445, 1433, 1521, 2375, 2376, 2379, 3306, 3389, 5432, 5601, 5900, 5985, 5986, 6379, 6443, 8500, 9200, 9300, 10250, 11211, 27017]

const isPlain = (value: Json | undefined): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)
const text = (value: Json | undefined): string => (typeof value === 'string' || typeof value === 'number' ? String(value).toLowerCase() : '')

function portRanges(rule: JsonObject): [number, number][] {
  const ranges: [number, number][] = []
  const one = (value: Json): void => {
    const match = /^([0-9]+)(?:-([0-9]+))?$/.exec(text(value).trim())
    if (match !== null) ranges.push([Number(match[1]), Number(match[2] ?? match[1])])
    else if (['*', 'all', 'any'].includes(text(value))) ranges.push([0, 65_535])
  }
  const [from, to] = [rule['from_port'] ?? rule['port_range_min'], rule['to_port'] ?? rule['port_range_max']]
  if (from !== undefined && from !== null) ranges.push([Number(from), Number(to ?? from)])
  for (const name of ['port', 'ports', 'port_range', 'destination_port_range', 'destination_port_ranges', 'destination_ports']) {
    const value = rule[name]
    if (Array.isArray(value)) value.forEach(one)
    else if (value !== undefined && value !== null) one(value)
  }
  for (const nested of [rule['allow'], rule['allowed']]) if (Array.isArray(nested)) for (const item of nested) if (isPlain(item)) ranges.push(...(portRanges(item).length > 0 ? portRanges(item) : everyPort))
  return ranges
}

const everyPort: [number, number][] = [[0, 65_535]]

/** What is open, in words, and whether it is administration, a database or everything. */
function portsOf(rule: JsonObject): { shown: string; admin: boolean } {
  const protocol = text(rule['protocol'] ?? rule['ip_protocol'])
  const everything = protocol === '-1' || protocol === 'all'
  const ranges = everything ? everyPort : portRanges(rule)
  const icmp = protocol.startsWith('icmp')
  const admin = !icmp && (everything || ranges.some(([from, to]) => adminPorts.some((port) => from <= port && port <= to)))
  const shown = everything ? 'every port' : ranges.length === 0 ? '' : `port ${ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).slice(0, 4).join(', ')}`
  return { shown, admin }
}

const denies = (rule: JsonObject): boolean =>
  /^(?:deny|drop|block)$/.test(text(rule['access'] ?? rule['rule_action'] ?? rule['action'])) ||
  rule['egress'] === true ||
  /^(?:egress|outbound)$/.test(text(rule['direction'] ?? '')) ||
  (text(rule['type']) === 'egress' && 'security_group_id' in rule)

type Openings = { open: Map<string, { detail: string; admin: boolean }>; hidden: Set<string> }

/** `ports` are those of the nearest object that names any: Google's stand beside the ranges, Azure's in the same object. */
function collect(value: Json, out: Openings, ports: JsonObject, depth: number): void {
  if (depth > 40) return
  if (Array.isArray(value)) for (const item of value) collect(item, out, ports, depth + 1)
  if (!isPlain(value) || denies(value)) return
  const nearest = portRanges(value).length > 0 || 'protocol' in value || 'ip_protocol' in value ? value : ports
  for (const name of Object.keys(value)) {
    const inner = value[name] ?? null
    if (outward.has(name)) continue
    if (rangeNames.has(name)) takeRanges(name, inner, nearest, out)
    if (typeof inner === 'object') collect(inner, out, nearest, depth + 1)
  }
}

function takeRanges(name: string, value: Json, rule: JsonObject, out: Openings): void {
  if (whyMasked(value) !== undefined) out.hidden.add(name)
  else if (Array.isArray(value)) for (const item of value) takeRanges(name, item, rule, out)
  else if (typeof value === 'string' && isWorld(value)) {
    const { shown, admin } = portsOf(rule)
    const key = `${name} ${value} ${shown}`
    out.open.set(key, { detail: `is open to ${value}${shown === '' ? '' : ` on ${shown}`} (${name})`, admin })
  }
}

const openings = (value: Json): Openings => {
  const out: Openings = { open: new Map(), hidden: new Set() }
  collect(value, out, isPlain(value) ? value : {}, 0)
  return out
}

/** Names of range attributes that are known before and not known afterwards, or, in a rule of its own, not known at all. */
function unknownRanges(before: Json, unknown: Json, isRule: boolean, out: Set<string>, depth = 0): void {
  if (depth > 40 || typeof unknown !== 'object' || unknown === null) return
  if (Array.isArray(unknown)) {
    unknown.forEach((item, i) => unknownRanges(Array.isArray(before) ? (before[i] ?? null) : null, item, isRule || depth > 0, out, depth + 1))
    return
  }
  for (const name of Object.keys(unknown)) {
    if (outward.has(name)) continue
    const [inner, was] = [unknown[name] ?? null, isPlain(before) && Object.hasOwn(before, name) ? (before[name] ?? null) : null]
    const hides = inner === true || (Array.isArray(inner) && inner.includes(true))
    if (hides && rangeNames.has(name) && (isRule || depth > 0 || was !== null)) out.add(name)
    else if (hides && (name === 'ingress' || name === 'security_rule' || name === 'inbound_rule') && was !== null) out.add(name)
    unknownRanges(was, inner, isRule, out, depth + 1)
  }
}

const ruleType = /(?:security_group|firewall|network|ingress).*rule|_firewall$|network_acl|authorized_network/

export function networkRule(change: Change, out: Collector): void {
  const { resource } = change
  if (resource.mode !== 'managed' || change.class === 'delete' || change.class === 'forget' || outwardType.test(resource.type)) return
  const { before, after, after_unknown: unknown } = resource.change
  if (after === null) return
  const [was, is] = [openings(before), openings(after)]
  for (const [key, opening] of is.open) {
    if (!was.open.has(key)) out.add(opening.admin ? 'exposed_admin' : 'exposed_public', change.address, opening.detail)
  }
  for (const name of is.hidden) out.add('exposure_hidden', change.address, `${name} is hidden`)
  if (unknown === false || unknown === null || denies(isPlain(after) ? after : {})) return
  const hidden = new Set<string>()
  unknownRanges(before, unknown, ruleType.test(resource.type), hidden)
  for (const name of hidden) out.add('exposure_hidden', change.address, `${name} is not known until the apply`)
}
