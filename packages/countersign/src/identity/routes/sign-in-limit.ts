/**
 * Signing in with what can be guessed, from one address: beside the count for each name, so that one machine that tries many names
 * does not fill the line in front of the hashes. A whole office behind one address still gets in.
 */
import '@fastify/rate-limit'

export const signInLimit = { config: { rateLimit: { max: 120, timeWindow: '1 minute' } } } as const
