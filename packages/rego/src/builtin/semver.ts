/** Semantic versions 2.0.0. */
import { define } from './define.ts'
import { type Args, stringAt } from './operand.ts'
import { type Builtin, BuiltinFault } from './registry.ts'

type Version = { readonly core: readonly bigint[]; readonly pre: readonly string[] }

export const semver: readonly Builtin[] = [
  define('semver.is_valid', 'any -> boolean', 'the value is a semantic version', ([value]) => typeof value === 'string' && versionOf(value) !== undefined),
  define('semver.compare', 'string, string -> number', '-1, 0 or 1, as the first version precedes, equals or follows the second', (args) => compare(versionAt(args, 1), versionAt(args, 2))),
]

const identifiers = /^[\da-zA-Z-]+(\.[\da-zA-Z-]+)*$/

/** More generous than the specification, as OPA is: a `v` in front, zeros that lead, and an empty pre-release are let pass. */
function versionOf(text: string): Version | undefined {
  const [rest, metadata] = cut(text.replace(/^v/, ''), '+')
  const [numbers, pre] = cut(rest, '-')
  if ((metadata !== '' && !identifiers.test(metadata)) || (pre !== '' && !identifiers.test(pre)) || !/^\d+\.\d+\.\d+$/.test(numbers)) return undefined
  const core = numbers.split('.').map(BigInt)
  if (core.some((part) => part > 0x7fff_ffff_ffff_ffffn)) return undefined
  return { core, pre: pre === '' ? [] : pre.split('.') }
}

function cut(text: string, mark: string): readonly [string, string] {
  const at = text.indexOf(mark)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

function versionAt(args: Args, position: number): Version {
  const text = stringAt(args, position)
  const version = versionOf(text)
  if (version === undefined) throw new BuiltinFault(`operand ${position}: string ${JSON.stringify(text)} is not a valid SemVer`)
  return version
}

function compare(a: Version, b: Version): number {
  for (const [index, part] of a.core.entries()) {
    const other = b.core[index] ?? 0n
    if (part !== other) return part < other ? -1 : 1
  }
  // a version with a pre-release precedes the one without
  if (a.pre.length === 0 || b.pre.length === 0) return Math.sign(b.pre.length - a.pre.length)
  for (let index = 0; index < Math.max(a.pre.length, b.pre.length); index++) {
    const order = compareIdentifiers(a.pre[index], b.pre[index])
    if (order !== 0) return order
  }
  return 0
}

/** Numbers precede words, numbers compare by value, and fewer identifiers precede more (section 11). */
function compareIdentifiers(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1
  const numbers = [a, b].map((one) => /^\d+$/.test(one))
  if (numbers[0] && numbers[1]) return Number(BigInt(a) > BigInt(b)) - Number(BigInt(a) < BigInt(b))
  if (numbers[0] !== numbers[1]) return numbers[0] ? -1 : 1
  return a < b ? -1 : a > b ? 1 : 0
}
