/** PEM (RFC 7468), read as Go does: text around blocks is skipped, headers are allowed. */
import { fromBase64 } from '../text/base64.ts'
import { bytesOf } from '../text/utf8.ts'

export type PemBlock = { readonly type: string; readonly bytes: Uint8Array; readonly rest: string }

/** The first block of a text. */
export function readPem(text: string): PemBlock | undefined {
  const pattern = /(?:^|\n)-----BEGIN ([^\n]*?)-----[ \t]*\r?\n([\s\S]*?)-----END ([^\n]*?)-----[ \t]*(?:\r?\n|$)/g
  for (const match of text.matchAll(pattern)) {
    if (match[1] !== match[3]) continue
    const body = (match[2] ?? '').replace(/^(?:[^\n:]+:[^\n]*\r?\n)+\r?\n/, '')
    const bytes = fromBase64(bytesOf(body.replace(/[ \t]/g, '')))
    if (typeof bytes !== 'string') return { type: match[1] ?? '', bytes, rest: text.slice(match.index + match[0].length) }
  }
  return undefined
}
