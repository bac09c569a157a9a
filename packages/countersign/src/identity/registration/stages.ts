/** What adding a key remembers between its steps, and who is doing it. */
import { z } from 'zod'
import { registeredSchema } from '../authenticators/registration.ts'
import type { Owner } from '../ceremonies.ts'
import { IdentityError } from '../errors.ts'
import type { Session } from '../sessions/sessions.ts'

export const purpose = 'registration'

/** The signed-in person and the session they are signed in with: a ceremony belongs to both. */
export type By = { session: Session; person: { id: string; name: string } }

export const ownerOf = ({ session, person }: By): Owner => ({ person: person.id, session: session.id })

export const begunSchema = z.object({ label: z.string(), intent: z.string() })

export const createdSchema = begunSchema.extend({
  subject: z.string(),
  /** The two envelopes. */
  possession: z.string(),
  voucher: z.string(),
  authenticator: z.string(),
  registered: registeredSchema,
})

export type Created = z.output<typeof createdSchema>

export function noVoucher(): IdentityError {
  return new IdentityError(
    'voucher_invalid',
    'A new key needs the touch of the key that you signed in with, and this is not it, or it has been removed.',
    'Sign in with an earlier key and add the new one again.',
  )
}
