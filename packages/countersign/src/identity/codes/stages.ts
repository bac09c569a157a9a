/** What adding an app remembers between its steps, and on whose behalf it is added. */
import { z } from 'zod'
import type { Owner } from '../ceremonies.ts'

export const purpose = 'totp'

/**
 * Whose app: a person who is signed in (`session` is theirs), or one who was invited (`session` is the id of what let them in here).
 * The caller has checked that; the ceremony belongs to both.
 */
export type Enrolling = { person: { id: string; name: string }; session: string; /** client and address, where a terminal asks */ fromTerminal?: string }

export const ownerOf = ({ person, session }: Enrolling): Owner => ({ person: person.id, session })

export const begunSchema = z.object({ authenticator: z.string(), label: z.string(), sealed: z.string(), createdAt: z.number() })

/** A voucher's ceremony: what they sign. */
export const vouchingSchema = z.object({ authenticator: z.string(), person: z.string(), subject: z.string(), envelope: z.string() })
