/** Go's durations: `1h15m30.5s`, `-100ms`, in nanoseconds. */

const units: Record<string, bigint> = { ns: 1n, us: 1_000n, 'µs': 1_000n, 'μs': 1_000n, ms: 1_000_000n, s: 1_000_000_000n, m: 60_000_000_000n, h: 3_600_000_000_000n }

export function parseDuration(text: string): bigint | { readonly fault: string } {
  const quoted = JSON.stringify(text)
  const invalid = { fault: `time: invalid duration ${quoted}` }
  const negative = text.startsWith('-')
  let rest = text.replace(/^[-+]/, '')
  if (rest === '0') return 0n
  if (rest === '') return invalid
  let total = 0n
  while (rest !== '') {
    const [number = ''] = /^[\d.]+/.exec(rest) ?? []
    const parts = /^(\d*)(?:\.(\d*))?$/.exec(number)
    if (parts === null || !/\d/.test(number)) return invalid
    rest = rest.slice(number.length)
    const [name = ''] = /^[^\d.]+/.exec(rest) ?? []
    if (name === '') return { fault: `time: missing unit in duration ${quoted}` }
    const unit = Object.hasOwn(units, name) ? units[name] : undefined
    if (unit === undefined) return { fault: `time: unknown unit ${JSON.stringify(name)} in duration ${quoted}` }
    rest = rest.slice(name.length)
    const fraction = parts[2] ?? ''
    total += BigInt(parts[1] || '0') * unit + (BigInt(fraction || '0') * unit) / 10n ** BigInt(fraction.length)
  }
  const signed = negative ? -total : total
  return BigInt.asIntN(64, signed) === signed ? signed : invalid
}
