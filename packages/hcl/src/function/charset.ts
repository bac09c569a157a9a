/** Character sets by their IANA names: the platform decodes, and what it decodes is turned around for encoding. */
import { fromBytes, toBytes } from './bytes.ts'

export type Charset = {
  readonly name: string
  /** Undefined when a character has no place in the set. */
  readonly encode: (s: string) => Uint8Array | undefined
  readonly decode: (bytes: Uint8Array) => string | undefined
}

function utf16(name: string, little: boolean, mark: boolean): Charset {
  return {
    name,
    encode: (s) => {
      const units = mark ? `\ufeff${s}` : s
      const view = new DataView(new ArrayBuffer(units.length * 2))
      for (let i = 0; i < units.length; i++) view.setUint16(i * 2, units.charCodeAt(i), little)
      return new Uint8Array(view.buffer)
    },
    decode: (bytes) => {
      let isLittle = little
      let from = 0
      if (mark && bytes.length >= 2) {
        if (bytes[0] === 0xff && bytes[1] === 0xfe) [isLittle, from] = [true, 2]
        else if (bytes[0] === 0xfe && bytes[1] === 0xff) [isLittle, from] = [false, 2]
        else return undefined
      } else if (mark) return undefined
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      let out = ''
      for (let i = from; i + 1 < bytes.length; i += 2) out += String.fromCharCode(view.getUint16(i, isLittle))
      return (bytes.length - from) % 2 === 1 ? `${out}\ufffd` : out.replace(/\p{Surrogate}/gu, '\ufffd')
    },
  }
}

function direct(name: string, limit: number): Charset {
  return {
    name,
    encode: (s) => (Array.from(s).every((c) => (c.codePointAt(0) ?? 0) < limit) ? Uint8Array.from(s, (c) => c.charCodeAt(0)) : undefined),
    decode: (bytes) => Array.from(bytes, (b) => (b < limit ? String.fromCharCode(b) : '\ufffd')).join(''),
  }
}

function platform(name: string, label: string): Charset {
  let table: Map<string, Uint8Array> | undefined
  const decode = (bytes: Uint8Array): string => new TextDecoder(label).decode(bytes)
  const build = (): Map<string, Uint8Array> => {
    const made = new Map<string, Uint8Array>()
    const add = (...bytes: number[]): void => {
      const one = Uint8Array.from(bytes)
      const c = decode(one)
      if (c.length > 0 && Array.from(c).length === 1 && c !== '\ufffd' && !made.has(c)) made.set(c, one)
    }
    for (let a = 0; a < 256; a++) add(a)
    if (wide.has(label)) for (let a = 0x81; a < 0xff; a++) for (let b = 0x40; b < 0xff; b++) add(a, b)
    return made
  }
  return {
    name,
    decode,
    encode: (s) => {
      const known = (table ??= build())
      const parts = Array.from(s, (c) => known.get(c))
      const bytes: number[] = []
      for (const part of parts) {
        if (part === undefined) return undefined
        bytes.push(...part)
      }
      return Uint8Array.from(bytes)
    },
  }
}

const wide = new Set(['shift_jis', 'euc-jp', 'gbk', 'big5', 'euc-kr', 'gb18030'])

/** What stands at 0x80 to 0x9f; the platform takes this set for another in places, so it is written out. Five places are empty. */
const western = '\u20ac\ufffd\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\ufffd\u017d\ufffd\ufffd\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\ufffd\u017e\u0178'

const windows1252: Charset = {
  name: 'windows-1252',
  decode: (bytes) => Array.from(bytes, (b) => (b >= 0x80 && b < 0xa0 ? (western[b - 0x80] ?? '') : String.fromCharCode(b))).join(''),
  encode: (s) => {
    const codes = Array.from(s, (c) => {
      const at = c === '\ufffd' ? -1 : western.indexOf(c)
      const code = c.codePointAt(0) ?? 0
      return at >= 0 ? at + 0x80 : code < 0x80 || (code >= 0xa0 && code < 256) ? code : -1
    })
    return codes.includes(-1) ? undefined : Uint8Array.from(codes)
  },
}

const rows: readonly (readonly [name: string, label: string, ...aliases: string[]])[] = [
  ...[1987, 1988, 1988, 1988, 1987, 1987, 1988].map((year, i) => [`ISO_8859-${i + 2}:${year}`, `iso-8859-${i + 2}`, `iso-8859-${i + 2}`] as const),
  ...[10, 13, 14, 15, 16].map((n) => [`ISO-8859-${n}`, `iso-8859-${n}`] as const),
  ...[1250, 1251, 1253, 1254, 1255, 1256, 1257, 1258].map((n) => [`windows-${n}`, `windows-${n}`] as const),
  ['windows-874', 'windows-874'],
  ['KOI8-R', 'koi8-r', 'cskoi8r'],
  ['KOI8-U', 'koi8-u'],
  ['IBM866', 'ibm866', 'cp866'],
  ['macintosh', 'macintosh', 'mac', 'csmacintosh'],
  ['Shift_JIS', 'shift_jis', 'ms_kanji', 'csshiftjis'],
  ['EUC-JP', 'euc-jp', 'cseucpkdfmtjapanese'],
  ['GBK', 'gbk', 'cp936', 'ms936', 'windows-936'],
  ['Big5', 'big5', 'csbig5'],
  ['EUC-KR', 'euc-kr', 'cseuckr'],
]

const sets = new Map<string, Charset>()
function enter(set: Charset, ...aliases: readonly string[]): void {
  for (const alias of [set.name, ...aliases]) sets.set(alias.toLowerCase(), set)
}
enter({ name: 'UTF-8', encode: toBytes, decode: fromBytes }, 'csutf8')
enter(utf16('UTF-16', false, true), 'csutf16')
enter(utf16('UTF-16BE', false, false), 'csutf16be')
enter(utf16('UTF-16LE', true, false), 'csutf16le')
enter(direct('ISO_8859-1:1987', 256), 'iso-8859-1', 'iso-ir-100', 'iso_8859-1', 'latin1', 'l1', 'ibm819', 'cp819', 'csisolatin1')
enter(direct('US-ASCII', 128), 'iso-ir-6', 'ansi_x3.4-1968', 'ansi_x3.4-1986', 'iso_646.irv:1991', 'iso646-us', 'us', 'ibm367', 'cp367', 'csascii')
enter(windows1252)
for (const [name, label, ...aliases] of rows) enter(platform(name, label), ...aliases)

export const charset = (name: string): Charset | undefined => sets.get(name.toLowerCase())
