/** Reading tar (POSIX ustar, with GNU and pax long names). Whoever sent the bytes decides sizes and names: all are checked. */
import { BundleError } from './error.ts'

const block = 512
const decoder = new TextDecoder()

/** Regular files by name, without a leading `./` or `/`. Links and devices are refused, names cannot leave the bundle. */
export function readTar(bytes: Uint8Array): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>()
  let longName: string | undefined
  for (let at = 0; at + block <= bytes.length; ) {
    const header = bytes.subarray(at, at + block)
    if (header.every((byte) => byte === 0)) break
    const size = octal(header.subarray(124, 136))
    const end = at + block + size
    if (size < 0 || end > bytes.length) throw new BundleError('unreadable', 'the archive ends in the middle of a file')
    const content = bytes.subarray(at + block, end)
    const kind = String.fromCharCode(header[156] ?? 0)
    if (kind === 'L') longName = text(content)
    else if (kind === 'x') longName = paxPath(content) ?? longName
    else {
      const name = longName ?? joined(text(header.subarray(345, 500)), text(header.subarray(0, 100)))
      longName = undefined
      if (kind === '0' || kind === '\0' || kind === '7') files.set(cleaned(name), content)
      else if (kind !== '5' && kind !== 'g') throw new BundleError('unreadable', `the archive has an entry that is neither file nor folder: ${name}`)
    }
    at = at + block + Math.ceil(size / block) * block
  }
  return files
}

const text = (bytes: Uint8Array): string => decoder.decode(bytes).replace(/\0[\s\S]*$/, '')
const joined = (prefix: string, name: string): string => (prefix === '' ? name : `${prefix}/${name}`)

function octal(bytes: Uint8Array): number {
  const digits = text(bytes).trim()
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : -1
}

/** The `path` of a pax header: records of `length key=value`. */
function paxPath(bytes: Uint8Array): string | undefined {
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(decoder.decode(bytes))?.[1]
}

export function cleaned(name: string): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.')
  if (parts.includes('..') || name.includes('\\') || name.includes('\0')) throw new BundleError('unreadable', `the archive names a file outside of itself: ${name}`)
  return parts.join('/')
}
