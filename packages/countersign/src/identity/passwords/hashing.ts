/**
 * Hashing with argon2id (RFC 9106), a few at a time.
 *
 * The adversary signs in often, to keep the processor busy: the work is meant to be slow. So at most `atOnce` hashes run, on threads
 * beside the one that serves the gate, with a rest between them while others wait, and those that wait are bounded; past that the answer
 * is "busy, try again", and the gate goes on.
 *
 * The hash is keyed with a secret that is not in the database: who has only the database cannot try passwords on it.
 */
import { availableParallelism } from 'node:os'
import { hash, verify } from '@node-rs/argon2'
import { IdentityError } from '../errors.ts'
import type { CanonicalPassword } from './rules.ts'

/** RFC 9106 section 4, second option, in one lane: 64 MiB, three passes. Well above the OWASP minimum. Kept with each hash (PHC string). */
const parameters = { algorithm: 2, memoryCost: 65_536, timeCost: 3, parallelism: 1, outputLen: 32 } as const

export type Limits = { atOnce: number; waiting: number }
/** One processor is left to the gate. */
export const limits: Limits = { atOnce: Math.max(1, Math.min(2, availableParallelism() - 1)), waiting: 64 }

export interface Hashing {
  /** Throws `password_busy` where the line is full: to be asked before an attempt is counted. */
  mustHaveRoom(): void
  hash(password: CanonicalPassword): Promise<string>
  /** Takes as long when there is nothing to compare with: null is answered with false after the same work. */
  matches(kept: string | null, password: CanonicalPassword): Promise<boolean>
}

/** @param secret 32 bytes of the keyring */
export function createHashing(
  secret: Uint8Array, { atOnce, waiting }: Limits = limits, rest: (then: () => void, milliseconds: number) => void = setTimeout,
): Hashing {
  const turns: (() => void)[] = []
  let running = 0
  const mustHaveRoom = (): void => {
    if (running >= atOnce && turns.length >= waiting) throw busy()
  }
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= atOnce) {
      mustHaveRoom()
      await new Promise<void>((resolve) => turns.push(resolve))
    } else running++
    const began = performance.now()
    try {
      return await work()
    } finally {
      // The place is handed on, so that nobody who comes now goes before those that wait. Where somebody waits it rests first, as long as
      // it worked: a line of people takes no more than half of a processor.
      if (turns.length > 0) rest(handOn, performance.now() - began)
      else handOn()
    }
  }
  const handOn = (): void => {
    const next = turns.shift()
    if (next) next()
    else running--
  }
  const make = (password: string) => hash(password, { ...parameters, secret })
  let dummy: Promise<string> | undefined
  return {
    mustHaveRoom,
    hash: (password) => inTurn(() => make(password)),
    matches: async (kept, password) => {
      return await inTurn(async () => {
        dummy ??= make('nobody has this password')
        const compared = await verify(kept ?? (await dummy), password, { secret }).catch(() => false)
        return kept !== null && compared
      })
    },
  }
}

function busy(): IdentityError {
  const next = 'Try again in a few seconds, or sign in with a key: that is not slowed down.'
  return new IdentityError('password_busy', 'Too many people sign in with a password at this moment.', next, { headers: { 'Retry-After': '5' } })
}
