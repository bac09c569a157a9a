/** The shapes of a fresh proof: what is begun, and what comes back. */
import { z } from 'zod'
import { authenticationResponse, requestOptions } from './webauthn-schemas.ts'

/** `options` null: this person has no key, and proves with a code of their app. */
export const freshBegun = z.object({ ceremony: z.string(), options: requestOptions.nullable() })

export const freshProof = z.strictObject({ ceremony: z.string().max(128), response: authenticationResponse.optional(), code: z.string().max(64).optional() })
