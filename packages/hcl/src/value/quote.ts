/** Text in double quotes as Go writes it: what diagnostics show of names and values, and what the order of sets is made from. */
export function quoteGo(s: string): string {
  let out = '"'
  for (const c of s) {
    const code = c.codePointAt(0) ?? 0
    if (c === '"' || c === '\\') out += `\\${c}`
    else if (code < 0x20 || code === 0x7f) out += escapes[c] ?? `\\x${code.toString(16).padStart(2, '0')}`
    else if (code < 0x7f || printable.test(c)) out += c
    else out += code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
  }
  return `${out}"`
}

const escapes: Record<string, string> = { '\u0007': '\\a', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\u000b': '\\v' }
const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u
