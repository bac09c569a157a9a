/** Amounts with units: `units.parse` (case tells milli from mega) and `units.parse_bytes`. Computed exactly, rounded once. */
import { parseNumber, type Value } from '../value/index.ts'
import { define } from './define.ts'
import { stringAt } from './operand.ts'
import { type Builtin, BuiltinFault } from './registry.ts'

export const units: readonly Builtin[] = [
  define('units.parse', 'string -> number', 'an amount such as 10K, 200Mi, 100m', (args) => parse(stringAt(args, 1), unitOf)),
  define('units.parse_bytes', 'string -> number', 'an amount of bytes such as 10KB, 1.5GiB, rounded', (args) => parse(stringAt(args, 1), byteUnitOf, true)),
]

type Unit = { readonly base: bigint; readonly power: number }

const steps = 'kmgtpe'

/** `m` is milli and `M` mega; of all others case does not matter. */
function unitOf(unit: string): Unit | undefined {
  if (unit === 'm') return { base: 1000n, power: -1 }
  return byName(unit.toLowerCase(), /^([kmgtpe])(i?)$/)
}

function byteUnitOf(unit: string): Unit | undefined {
  return byName(unit.toLowerCase(), /^([kmgtpe])(i?)b?$/)
}

function byName(unit: string, form: RegExp): Unit | undefined {
  if (unit === '') return { base: 1000n, power: 0 }
  const parts = form.exec(unit)
  return parts === null ? undefined : { base: parts[2] === 'i' ? 1024n : 1000n, power: steps.indexOf(parts[1] ?? '') + 1 }
}

function parse(given: string, read: (unit: string) => Unit | undefined, whole = false): Value {
  const text = given.replaceAll('"', '')
  if (text === '') throw new BuiltinFault(whole ? 'no byte amount provided' : 'no amount provided')
  if (text.includes(' ')) throw new BuiltinFault('spaces not allowed in resource strings')
  // an E that no digits follow is a unit
  const [, amount = '', unit = ''] = /^([-+]?[\d.]*(?:[eE][-+]?\d+)?)([\s\S]*)$/.exec(text) ?? []
  if (!/\d/.test(amount)) throw new BuiltinFault(whole ? 'no byte amount provided' : 'no amount provided')
  const known = read(unit)
  if (known === undefined) throw new BuiltinFault(whole ? `byte unit ${unit} not recognized` : `unit ${unit} not recognized`)
  const parts = /^([-+]?)(\d*)(?:\.(\d*))?(?:[eE]([-+]?\d+))?$/.exec(amount)
  if (parts === null) throw new BuiltinFault(whole ? 'could not parse byte amount to a number' : 'could not parse amount to a number')
  const [, sign = '', integer = '', fraction = '', exponent = '0'] = parts
  if (Math.abs(Number(exponent)) > 1000) throw new BuiltinFault('could not parse amount to a number')
  const factor = known.power > 0 ? known.base ** BigInt(known.power) : 1n
  const digits = BigInt(integer + fraction) * factor
  const scale = Number(exponent) - fraction.length + (known.power < 0 ? -3 : 0)
  const negative = sign === '-' ? '-' : ''
  const value = whole && scale < 0 ? parseNumber(`${negative}${digits / 10n ** BigInt(-scale)}`) : parseNumber(`${negative}${digits}e${scale}`)
  if (value === undefined) throw new BuiltinFault('could not parse amount to a number')
  return value
}
