import { randomBytes } from 'node:crypto'

/** The only source of unpredictable bytes: nonces, salts, tokens, keys of sessions. */
export interface Random {
  /** `n` bytes that nobody can guess. */
  bytes(n: number): Uint8Array
}

export const systemRandom: Random = { bytes: (n) => Uint8Array.from(randomBytes(n)) }
