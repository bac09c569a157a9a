/**
 * The serial of a state that became current again. After a rollback the bytes are those of then, sealed where they are, with the serial
 * of then. Served like that, terraform would take a plan file that was made then for fresh, and apply it a second time: a saved plan is
 * stale only if lineage or serial differ. And the next write would carry a serial that was there already, so that nobody could tell it
 * from an old write sent once more.
 *
 * So a version that becomes current again gets a serial above every one that its lineage ever had, and it is served with that one in
 * place of its own: every plan made before is stale to terraform itself, the next write is above all before it, and a replayed write is
 * below. What a client has encrypted (OpenTofu) cannot be served so: it authenticates its serial inside. There a write whose bytes are
 * those of any earlier version is a replay, and the runs door refuses the plans of before.
 */
import { StateError } from './errors.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c

/**
 * The bytes with this `serial` in place of their own. They are the caller's no longer: a state of 200 MB is copied only where the number
 * has another length. @throws StateError state_unreadable where there is none
 */
export function served(bytes: Buffer, serial: number): Buffer {
  const { from, to } = findSerial(bytes)
  if (to - from === String(serial).length) {
    bytes.write(String(serial), from, 'latin1')
    return bytes
  }
  return Buffer.concat([bytes.subarray(0, from), Buffer.from(String(serial), 'latin1'), bytes.subarray(to)])
}

/** Where the number stands. The bytes were read as a state when they came: their JSON holds, and no key stands twice. */
function findSerial(bytes: Uint8Array): { from: number; to: number } {
  const at = (position: number): number => bytes[position] ?? 0
  let depth = 0
  for (let position = 0; position < bytes.length; position++) {
    const byte = at(position)
    if (byte === 0x7b || byte === 0x5b) depth++
    else if (byte === 0x7d || byte === 0x5d) depth--
    else if (byte === QUOTE) {
      const end = endOfString(bytes, position)
      if (depth === 1 && end - position === 7 && Buffer.from(bytes.subarray(position + 1, end)).toString('latin1') === 'serial') {
        const from = skipSpace(bytes, end + 1)
        if (at(from) === 0x3a) return numberAt(bytes, skipSpace(bytes, from + 1))
      }
      position = end
    }
  }
  throw new StateError('state_unreadable', 'This state names no serial.', 'Bring the workspace back from another version.')
}

function endOfString(bytes: Uint8Array, quote: number): number {
  let at = quote + 1
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1
  return at
}

function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from
  while (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09) at++
  return at
}

function numberAt(bytes: Uint8Array, from: number): { from: number; to: number } {
  let to = from
  while ((bytes[to] ?? 0) >= 0x30 && (bytes[to] ?? 0) <= 0x39) to++
  if (to === from) throw new StateError('state_unreadable', 'The serial of this state is no number.', 'Bring the workspace back from another version.')
  return { from, to }
}

/** Above every serial that the lineage had here; its own where that is higher. */
export function serialAgain(own: number, lineage: string, known: readonly { lineage: string; serial: number }[]): number {
  const highest = known.reduce((most, version) => (version.lineage === lineage && version.serial > most ? version.serial : most), -1)
  return Math.max(own, highest + 1)
}
