/**
 * A terminal begins a device sign-in, and names the key that it will prove when it fetches its token (`dpop_jkt`, as RFC 9449 section 10 has
 * it for the authorization request).
 *
 * The library binds a device code to nothing. Ours is bound from the beginning: the thumbprint goes into the record of the code, it is the
 * one that the person is shown, and the token is refused to any other key. Whoever overhears or steals the device code lacks it.
 */
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Clock } from '../../platform/clock.ts'
import type { OidcErrors } from './adapter.ts'
import { pollInterval, type DeviceInfo } from './device-codes.ts'

const thumbprintForm = /^[\w-]{43}$/

/** The library's check of a parameter: at the device endpoint it must be there. Elsewhere the library or our page sees to it. */
export function requireThumbprint({ InvalidRequest }: OidcErrors) {
  return (ctx: KoaContextWithOIDC, value: string | undefined): void => {
    if (ctx.oidc.route !== 'device_authorization' || thumbprintForm.test(value ?? '')) return
    throw new InvalidRequest('dpop_jkt is required: the thumbprint of the key that the token is for')
  }
}

export function deviceInfo(clock: Clock) {
  return (ctx: KoaContextWithOIDC) => ({
    thumbprint: String(ctx.oidc.params?.['dpop_jkt']), address: ctx.ip, agent: ctx.get('user-agent'), startedAt: clock.now(),
  } satisfies DeviceInfo)
}

/** The page is ours, and a code in a link would be typed by nobody (RFC 8628 section 5.4): there is no verification_uri_complete. */
export function answerOurPage(origin: string) {
  return async (ctx: Pick<KoaContextWithOIDC, 'path' | 'status' | 'body'>, next: () => Promise<void>): Promise<void> => {
    await next()
    const answered: unknown = ctx.body
    if (ctx.path !== '/device/auth' || ctx.status !== 200 || typeof answered !== 'object' || answered === null) return
    const { verification_uri_complete: _, ...rest } = answered as Record<string, unknown>
    ctx.body = { ...rest, verification_uri: `${origin}/device`, interval: pollInterval / 1000 }
  }
}
