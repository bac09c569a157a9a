/**
 * How far the server may be reached, and by what. The adversary is on the network between a person and this machine: who reads or
 * changes what goes over it has the session. So nothing but HTTPS leaves the machine: the server speaks it itself, or only a proxy
 * that the operator has named may connect. What would be open is refused before anything listens.
 */
import { CodedError } from '../platform/coded-error.ts'
import { isLoopback, type Address } from '../platform/setting-values.ts'

export type Exposure = {
  addresses: readonly Address[]
  /** The public URL. */
  url: string
  tls: { cert: string; key: string } | null
  trustedProxies: readonly string[]
}

export type ExposureCode = 'tls_incomplete' | 'tls_needs_https' | 'open_without_tls' | 'url_not_public'

export class ExposureError extends CodedError<ExposureCode> {}

/** Throws ExposureError. */
export function checkExposure({ addresses, url, tls, trustedProxies }: Exposure): void {
  const { protocol, origin } = new URL(url)
  if (tls !== null && (tls.cert === '' || tls.key === '')) {
    throw new ExposureError('tls_incomplete', `HTTPS needs a certificate and its key; ${tls.cert === '' ? 'the certificate' : 'the key'} was not named.`, 'Set both tls_cert and tls_key.')
  }
  if (tls !== null && protocol !== 'https:') {
    throw new ExposureError('tls_needs_https', `The server speaks HTTPS, but its URL is ${origin}.`, 'Set url to the https:// name in the certificate, such as https://countersign.example.com.')
  }
  const open = addresses.filter(({ host }) => !isLoopback(host)).map(({ host }) => host)
  if (open.length > 0 && tls === null && trustedProxies.length === 0) {
    throw new ExposureError(
      'open_without_tls',
      `On ${open.join(', ')} other machines could reach the server without encryption.`,
      'Name a certificate (tls_cert, tls_key), or the reverse proxy that speaks HTTPS for it (trusted_proxy), or listen on 127.0.0.1 only.',
    )
  }
  if ((open.length > 0 || trustedProxies.length > 0) && protocol !== 'https:') {
    throw new ExposureError('url_not_public', `Others would reach the server, but its URL is ${origin}, which works on this machine only.`, 'Set url to what people type, such as https://countersign.example.com, before the set-up: security keys are bound to it for good.')
  }
}

/** What is allowed and yet probably not meant; "" when there is nothing. */
export function exposureWarning({ url, tls, trustedProxies }: Exposure): string {
  if (!url.startsWith('https:') || tls !== null || trustedProxies.length > 0) return ''
  return 'The URL is https, but nothing here speaks HTTPS and no proxy is named: every request looks as if it came from the proxy. Set tls_cert and tls_key, or trusted_proxy.'
}
