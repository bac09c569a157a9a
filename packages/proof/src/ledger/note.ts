/**
 * Signed notes (C2SP signed-note): text that ends in a newline, an empty line, and signature lines
 * "— <name> <base64 of key id (4) || signature>". Lines of keys that are not known are ignored, as the format says: that
 * is where witnesses will sign.
 */
import { fromBase64 } from '../base64.ts'

export type NoteSignature = { name: string; keyId: Uint8Array; signature: Uint8Array }
export type Note = { text: string; signatures: NoteSignature[] }

const mostBytes = 65_536
const mostSignatures = 100
const line = /^\u2014 ([!-*,-~]{1,256}) ([A-Za-z0-9+/]+={0,2})$/

function readSignature(text: string): NoteSignature | undefined {
  const [, name, encoded] = line.exec(text) ?? []
  const bytes = encoded === undefined ? undefined : fromBase64(encoded)
  if (name === undefined || bytes === undefined || bytes.length < 5) return undefined
  return { name, keyId: bytes.subarray(0, 4), signature: bytes.subarray(4) }
}

/** Answers undefined for what is no signed note. Total. */
export function parseNote(note: string): Note | undefined {
  // no control characters but newlines, so that what is shown is what was signed
  if (note.length > mostBytes || /[\u0000-\u0009\u000b-\u001f\u007f]/.test(note) || /\p{Surrogate}/u.test(note)) return undefined
  const split = note.lastIndexOf('\n\n')
  if (split < 0 || !note.endsWith('\n')) return undefined
  const signatures = note.slice(split + 2, -1).split('\n').map(readSignature)
  if (signatures.length > mostSignatures || signatures.includes(undefined)) return undefined
  return { text: note.slice(0, split + 1), signatures: signatures.filter((one) => one !== undefined) }
}
