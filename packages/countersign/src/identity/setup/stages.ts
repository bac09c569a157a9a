/** What a set-up remembers between its steps. The link's token is the ceremony's secret: one set-up per link. */
import { z } from 'zod'
import { registeredSchema } from '../authenticators/registration.ts'

export const purpose = 'set-up'

export const begunSchema = z.object({ person: z.object({ id: z.string(), name: z.string() }), label: z.string(), intent: z.string() })

export const createdSchema = begunSchema.extend({
  subject: z.string(),
  envelope: z.string(),
  authenticator: z.string(),
  registered: registeredSchema,
  policyDigest: z.string(),
})
