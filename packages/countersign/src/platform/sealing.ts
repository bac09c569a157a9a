/**
 * Sealing: bytes at rest that the database alone does not give away. Envelope encryption: each value has a data key of its own
 * (AES-256-GCM), wrapped by one key that is not in the database but in the keyring; a KMS can do the wrapping.
 *
 * The adversary reads or writes the database. Guaranteed: without the keyring nothing is learned but the length; a value opens only in
 * the place it was sealed for (installation, table, row, and what the row says of its owner), so rows that are swapped, or copied
 * from another installation, are refused. Not guaranteed: that an older value of the same place was not put back.
 */
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'
import type { Random } from './random.ts'

export type SealedPlace = { instance: string; table: string; row: string; owner: string }

export interface Sealing {
  /** Text, to be stored: `v1.<key id>.<wrapped data key>.<ciphertext>`, each base64url. */
  seal(place: SealedPlace, plain: Uint8Array): string
  /** @throws SealingError */
  open(place: SealedPlace, sealed: string): Uint8Array
}

export type SealingErrorCode = 'sealed_elsewhere' | 'sealing_key_unknown'

export class SealingError extends Error {
  override readonly name = 'SealingError'
  /** `sealing_key_unknown`: sealed with another key than this server has. `sealed_elsewhere`: changed, or not of this place. */
  readonly code: SealingErrorCode

  constructor(code: SealingErrorCode, message: string, options?: { cause: unknown }) {
    super(message, options)
    this.code = code
  }
}

const NONCE = 12
const TAG = 16

/** @param key 32 bytes of the keyring. */
export function createSealing(key: Uint8Array, random: Random): Sealing {
  const keyId = createHash('sha256').update('countersign.sealing-key.v1\n').update(key).digest().subarray(0, 8).toString('base64url')
  return {
    seal(place, plain) {
      const dataKey = random.bytes(32)
      const about = aad(place)
      const wrapped = encrypt(key, random.bytes(NONCE), about, dataKey)
      return ['v1', keyId, wrapped.toString('base64url'), encrypt(dataKey, random.bytes(NONCE), about, plain).toString('base64url')].join('.')
    },
    open(place, sealed) {
      const [version, id, wrapped = '', text = '', ...rest] = sealed.split('.')
      if (version !== 'v1' || rest.length > 0) throw elsewhere(place)
      if (id !== keyId) {
        throw new SealingError('sealing_key_unknown', `The value in ${place.table} was sealed with another key than the one in keys/. Restore the key that belongs to this database.`)
      }
      try {
        const about = aad(place)
        const dataKey = decrypt(key, about, Buffer.from(wrapped, 'base64url'))
        return Uint8Array.from(decrypt(dataKey, about, Buffer.from(text, 'base64url')))
      } catch (cause) {
        throw elsewhere(place, cause)
      }
    },
  }
}

/** JSON of a list of texts: no two places have the same bytes. */
function aad({ instance, table, row, owner }: SealedPlace): Buffer {
  return Buffer.from(JSON.stringify(['countersign.sealed.v1', instance, table, row, owner]), 'utf8')
}

function encrypt(key: Uint8Array, nonce: Uint8Array, about: Uint8Array, plain: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG })
  cipher.setAAD(about)
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

function decrypt(key: Uint8Array, about: Uint8Array, bytes: Buffer): Buffer {
  if (bytes.length < NONCE + TAG) throw new Error('too short')
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE), { authTagLength: TAG })
  decipher.setAAD(about)
  decipher.setAuthTag(bytes.subarray(-TAG))
  return Buffer.concat([decipher.update(bytes.subarray(NONCE, -TAG)), decipher.final()])
}

function elsewhere({ table, row }: SealedPlace, cause?: unknown): SealingError {
  const message = `The sealed value of ${row} in ${table} was changed, or belongs to another row. Keep the database as evidence and restore the newest backup.`
  return new SealingError('sealed_elsewhere', message, cause === undefined ? undefined : { cause })
}
