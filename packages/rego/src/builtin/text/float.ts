/** Floating-point numbers as Go's strconv writes them: exact decimal expansions, halves to even. */

type Digits = { readonly text: string; readonly point: number }

/** The shortest digits that read back as the same number: 0.text times 10 to the point. */
function shortest(value: number): Digits {
  const [mantissa = '0', exponent = '0'] = value.toExponential().split('e')
  return { text: mantissa.replace('.', ''), point: Number(exponent) + 1 }
}

/** All digits of the number: a double is an integer times a power of two. */
function exact(value: number): Digits {
  if (value === 0) return { text: '0', point: 1 }
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  const bits = view.getBigUint64(0)
  const exponent = Number((bits >> 52n) & 0x7ffn)
  const fraction = bits & 0xfffffffffffffn
  const whole = exponent === 0 ? fraction : fraction | 0x10000000000000n
  const shift = Math.max(exponent, 1) - 1075
  const digits = shift >= 0 ? (whole << BigInt(shift)).toString() : (whole * 5n ** BigInt(-shift)).toString()
  return { text: digits, point: digits.length - (shift >= 0 ? 0 : -shift) }
}

/** Rounded to `count` digits, halves to even. */
function rounded({ text, point }: Digits, count: number): Digits {
  if (count < 0) return { text: '', point }
  if (count >= text.length) return { text, point }
  const rest = text.slice(count)
  const up = rest[0]! > '5' || (rest[0] === '5' && (/[1-9]/.test(rest.slice(1)) || (count > 0 && Number(text[count - 1]) % 2 === 1)))
  if (!up) return { text: text.slice(0, count), point }
  const next = count === 0 ? '1' : (BigInt(text.slice(0, count)) + 1n).toString().padStart(count, '0')
  return next.length > count ? { text: next.slice(0, Math.max(count, 1)), point: point + 1 } : { text: next, point }
}

/** `verb` is e, f or g in either case; a negative precision asks for the shortest form. The value is finite and not negative. */
export function formatFloat(value: number, verb: string, precision: number, keepZeros = false): string {
  const lower = verb.toLowerCase()
  const upper = lower !== verb
  const text = lower === 'e' ? scientific(value, precision) : lower === 'f' ? plain(value, precision) : general(value, precision, keepZeros)
  return upper ? text.toUpperCase() : text
}

function scientific(value: number, precision: number): string {
  const digits = precision < 0 ? shortest(value) : rounded(exact(value), precision + 1)
  return withExponent(digits, precision < 0 ? digits.text.length : precision + 1, value === 0)
}

function withExponent({ text, point }: Digits, count: number, zero: boolean): string {
  const exponent = zero ? 0 : point - 1
  const digits = text.padEnd(count, '0')
  const fraction = count > 1 ? `.${digits.slice(1, count)}` : ''
  return `${digits[0] ?? '0'}${fraction}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

function plain(value: number, precision: number): string {
  const digits = precision < 0 ? shortest(value) : roundedAt(exact(value), precision)
  const scale = precision < 0 ? Math.max(digits.text.length - digits.point, 0) : precision
  return value === 0 ? withPoint({ text: '0', point: 1 }, scale) : withPoint(digits, scale)
}

function roundedAt(digits: Digits, scale: number): Digits {
  const count = digits.point + scale
  return count < 0 ? { text: '', point: -scale } : rounded(digits, count)
}

function general(value: number, precision: number, keepZeros: boolean): string {
  const digits = precision < 0 ? shortest(value) : rounded(exact(value), precision === 0 ? 1 : precision)
  const significant = digits.text.replace(/0+$/, '').length || 1
  const exponent = value === 0 ? 0 : digits.point - 1
  const limit = precision < 0 ? 6 : precision === 0 ? 1 : precision
  const threshold = precision < 0 ? 6 : limit > significant && significant >= digits.point ? significant : limit
  const count = keepZeros ? Math.max(limit, 1) : significant
  if (exponent < -4 || exponent >= threshold) return withExponent(digits, count, value === 0)
  const scale = Math.max(count - exponent - 1, 0)
  return withPoint({ text: digits.text.slice(0, count), point: value === 0 ? 1 : digits.point }, scale)
}

function withPoint(digits: Digits, scale: number): string {
  const whole = digits.point <= 0 ? '0' : digits.text.slice(0, digits.point).padEnd(digits.point, '0')
  if (scale === 0) return whole
  const fraction = (digits.point < 0 ? '0'.repeat(-digits.point) : '') + digits.text.slice(Math.max(digits.point, 0))
  return `${whole}.${fraction.padEnd(scale, '0').slice(0, scale)}`
}
