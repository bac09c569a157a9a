/**
 * A key-encryption key behind a passphrase: a random key, sealed under what argon2id (RFC 9106) makes of the passphrase. Salt and
 * parameters stand in the key's own file, so they can grow from one rotation to the next (docs/spec/state-envelope.md section 6).
 *
 * The adversary has a copy of the data folder and the database, and guesses. Each guess costs the parameters below; nothing else
 * slows it down, so a short passphrase is refused.
 */
import { hashRaw } from '@node-rs/argon2'
import { canonicalize, canonicalText, fromBase64url, parseCanonical, toBase64url } from '@countersign/proof'
import type { Random } from '../../random.ts'
import { EnvelopeError } from '../errors.ts'
import { KEY } from '../wrapping.ts'
import { decrypt, encrypt } from './cipher.ts'

/** Memory in KiB. */
export type Cost = { readonly memory: number; readonly passes: number; readonly lanes: number }
/** RFC 9106 section 4, second option, in one lane. */
export const usualCost: Cost = { memory: 65_536, passes: 3, lanes: 1 }
/** Whoever can write the file cannot make the start take for ever: 1 GiB. */
const most: Cost = { memory: 1 << 20, passes: 32, lanes: 16 }
const SHORTEST = 12
const SALT = 16

export async function sealKey(id: string, key: Uint8Array, passphrase: string, cost: Cost, random: Random): Promise<string> {
  if (Array.from(passphrase).length < SHORTEST) throw new EnvelopeError('state_passphrase_weak', `The passphrase of states has fewer than ${SHORTEST} characters.`, 'Choose a longer one, such as six random words: whoever copies the data folder can guess as often as they like.')
  const salt = random.bytes(SALT)
  const about = { ...cost, kdf: 'argon2id', salt: toBase64url(salt), v: 1 }
  const sealed = encrypt(await derive(passphrase, salt, cost), key, aadOf(id, about), random)
  return `${canonicalText({ ...about, sealed: toBase64url(sealed) })}\n`
}

/** null: this is not such a file. Throws `state_passphrase_wrong`. */
export async function openKey(id: string, text: string, passphrase: string): Promise<Uint8Array | null> {
  const file = parse(text)
  if (file === null) return null
  const { sealed, salt, ...about } = file
  const key = decrypt(await derive(passphrase, salt, about), sealed, aadOf(id, { ...about, kdf: 'argon2id', salt: toBase64url(salt), v: 1 }))
  if (key === null) throw new EnvelopeError('state_passphrase_wrong', `The passphrase does not open the key ${id} of states.`, 'Give the one that was given when the key was made. If it is right, the key file was changed: restore it from the backup.')
  return key.length === KEY ? key : null
}

function parse(text: string): (Cost & { salt: Uint8Array; sealed: Uint8Array }) | null {
  let value: unknown
  try {
    value = parseCanonical(text.trimEnd())
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null) return null
  const { v, kdf, memory, passes, lanes, salt, sealed } = value as Record<string, unknown>
  const bytes = [salt, sealed].map((one) => (typeof one === 'string' ? fromBase64url(one) : undefined))
  if (v !== 1 || kdf !== 'argon2id' || bytes[0]?.length !== SALT || bytes[1] === undefined) return null
  if (!isWithin(lanes, 1, most.lanes) || !isWithin(passes, 1, most.passes) || !isWithin(memory, 8 * lanes, most.memory)) return null
  return { memory, passes, lanes, salt: bytes[0], sealed: bytes[1] }
}

const isWithin = (value: unknown, least: number, greatest: number): value is number => typeof value === 'number' && value >= least && value <= greatest

const aadOf = (id: string, about: Record<string, string | number>): Uint8Array => canonicalize({ ...about, id, purpose: 'countersign.state-key.v1' })

/** NFKC: the same words typed on another keyboard are the same passphrase. */
async function derive(passphrase: string, salt: Uint8Array, { memory, passes, lanes }: Cost): Promise<Uint8Array> {
  return await hashRaw(passphrase.normalize('NFKC'), { algorithm: 2, memoryCost: memory, timeCost: passes, parallelism: lanes, salt, outputLen: KEY })
}
