/**
 * Verifier keys of signed notes (C2SP signed-note): `<name>+<key id>+<base64 of type || key>`, type 0x01 being Ed25519. Names
 * are printable ASCII here, without space and plus.
 * The key id is the first 4 bytes of SHA-256(name || "\n" || type || key), in hex: a hint which key to try, not a proof.
 */
import { fromBase64, toBase64, toBase64url } from '../base64.ts'
import { concat, equal, fromHex, toHex, utf8 } from '../bytes.ts'
import { sha256 } from '../digest.ts'
import { importKey, type VerifyingKey } from '../key/import.ts'

const ed25519Type = 0x01
/** SubjectPublicKeyInfo before the 32 bytes of an Ed25519 key (RFC 8410) */
const spkiPrefix = fromHex('302a300506032b6570032100') ?? new Uint8Array()

export type NoteKey = { name: string; id: Uint8Array; key: VerifyingKey }

async function keyId(name: string, typed: Uint8Array): Promise<Uint8Array> {
  return (await sha256(concat(utf8(`${name}\n`), typed))).subarray(0, 4)
}

/** Answers undefined for text that is no Ed25519 verifier key. */
export async function parseVkey(vkey: string): Promise<NoteKey | undefined> {
  const [, name, hint, encoded] = /^([!-*,-~]{1,256})\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})$/.exec(vkey) ?? []
  if (name === undefined || hint === undefined || encoded === undefined) return undefined
  const typed = fromBase64(encoded)
  if (typed === undefined || typed.length !== 33 || typed[0] !== ed25519Type) return undefined
  const id = await keyId(name, typed)
  if (!equal(id, fromHex(hint) ?? new Uint8Array())) return undefined
  try {
    return { name, id, key: await importKey(-8, toBase64url(concat(spkiPrefix, typed.subarray(1)))) }
  } catch {
    return undefined
  }
}

/** The verifier key of a name, which for a ledger is its origin. `publicKey`: the 32 raw bytes of an Ed25519 key. */
export async function makeVkey(name: string, publicKey: Uint8Array): Promise<string> {
  const typed = concat(Uint8Array.of(ed25519Type), publicKey)
  return `${name}+${toHex(await keyId(name, typed))}+${toBase64(typed)}`
}

/** Whether this is a key that may sign checkpoints of that instance. */
export async function isLedgerKeyOf(instance: string, vkey: string): Promise<boolean> {
  return (await parseVkey(vkey))?.name === `countersign/${instance}`
}
