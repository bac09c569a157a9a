/** Where notices go. A secret that stands in an address goes over TLS, or to this machine itself. */
import { SettingError } from './setting-error.ts'

/** "" is none. */
export function parseTarget(text: string, protocols: readonly string[]): URL | null {
  if (text === '') return null
  if (!URL.canParse(text)) throw new SettingError('must be an address')
  const url = new URL(text)
  if (!protocols.includes(url.protocol) || url.hostname === '') throw new SettingError(`must begin with ${protocols.join('// or ')}//`)
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  if (url.protocol === 'http:' && !local) throw new SettingError('must be https, except to this machine itself')
  return url
}

export function parseWebhookSecret(text: string): string {
  if (text !== '' && text.length < 32) throw new SettingError('must have at least 32 characters')
  return text
}
