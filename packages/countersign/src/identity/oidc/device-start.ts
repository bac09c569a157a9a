/**
 * A terminal begins a device sign-in: with a proof of its key (RFC 9449), as it will need for the token.
 *
 * The library binds a device code to nothing. So the key is proven here, before the library sees the request, and its thumbprint goes into
 * the record of the code: that is the key that the person is shown, and the only one that gets the token. Whoever overhears or steals the
 * device code lacks it.
 */
import type { KoaContextWithOIDC } from 'oidc-provider'
import { IdentityError } from '../errors.ts'
import { proveKey, type ProvePorts } from '../terminal/prove-key.ts'
import type { DeviceInfo } from './device-codes.ts'

export const deviceAuthorizationPath = '/device/auth'

type Context = Pick<KoaContextWithOIDC, 'method' | 'path' | 'req' | 'state' | 'ip' | 'get' | 'set' | 'status' | 'body'>

/** Puts what is known of the terminal where `deviceInfoOf` finds it; answers as the token endpoint would when the key is not proven. */
export function proveBefore(ports: ProvePorts, base: string) {
  return async (ctx: Context, next: () => Promise<void>): Promise<void> => {
    if (ctx.path !== deviceAuthorizationPath || ctx.method !== 'POST') return await next()
    try {
      const { thumbprint } = await proveKey(ports, { proof: ctx.req.headers['dpop'], method: 'POST', url: new URL(base + deviceAuthorizationPath) })
      ctx.state['device'] = { thumbprint, address: ctx.ip, agent: ctx.get('user-agent'), startedAt: ports.clock.now() } satisfies DeviceInfo
    } catch (error) {
      if (!(error instanceof IdentityError)) throw error
      const nonce = error.headers['DPoP-Nonce']
      if (nonce !== undefined) ctx.set('DPoP-Nonce', nonce)
      ctx.status = 400
      ctx.body = { error: error.code === 'use_dpop_nonce' ? 'use_dpop_nonce' : 'invalid_dpop_proof', error_description: error.message }
      return
    }
    await next()
    // The page is ours, and a code in a link would be typed by nobody (RFC 8628 section 5.4): there is no verification_uri_complete.
    const answered: unknown = ctx.body
    if (ctx.status === 200 && typeof answered === 'object' && answered !== null) {
      const { verification_uri_complete: _, ...rest } = answered as Record<string, unknown>
      ctx.body = { ...rest, verification_uri: `${new URL(base).origin}/device`, interval: 5 }
    }
  }
}

export function deviceInfoOf(ctx: { state: Record<string, unknown> }): DeviceInfo {
  return ctx.state['device'] as DeviceInfo
}
