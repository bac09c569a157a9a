/**
 * Signs this terminal in where there is no browser (RFC 8628): the person types the code that is shown here into a page on another machine.
 *
 * The request names this terminal's key, and the page shows it: so the person can compare, and the token is worth nothing to whoever
 * overhears the code. The server gives no address that carries the code, and one that did would not be shown.
 */
import { CliError } from '../exit.ts'
import { exchange, type Response } from './http.ts'
import { whoAsks } from './login.ts'
import { client, discover, grantedBy, postForm, scope, type Granted } from './oauth.ts'
import { problemOf } from './problem.ts'
import type { TerminalKey } from './terminal-key.ts'

export type Shown = { readonly address: string; readonly code: string }

const grantType = 'urn:ietf:params:oauth:grant-type:device_code'
/** Of the code, as it is shown and typed: nothing that a terminal would act on. */
const codeForm = /^[A-Z0-9]{2,12}(-[A-Z0-9]{2,12}){0,3}$/
/** Seconds. What a server may ask for at most, and what RFC 8628 section 3.5 adds. */
const interval = { least: 1, initial: 5, most: 60, slower: 5 } as const

type Begun = Shown & { readonly deviceCode: string; readonly seconds: number; readonly until: number }

/** Throws CliError `device_off`, `login_denied`, `login_timeout`, `login_failed`, `interrupted`. */
export async function signInByCode(server: string, key: TerminalKey, show: (shown: Shown) => void, signal: AbortSignal): Promise<Granted> {
  const endpoints = await discover(server)
  if (endpoints.device === undefined) {
    throw new CliError('device_off', `${server} does not let terminals in by a code.`, `Its operator can switch that on (device_grant: true). Or sign in through a browser on this machine: countersign login`)
  }
  const begun = await begin(server, endpoints.device, key)
  show(begun)
  let seconds = begun.seconds
  while (Date.now() < begun.until) {
    const response = await postForm(endpoints.token, key, { grant_type: grantType, client_id: client, device_code: begun.deviceCode })
    if (response.status === 200) return grantedBy(response, endpoints.token)
    const error = errorOf(response)
    if (error === 'slow_down') seconds = Math.min(seconds + interval.slower, interval.most)
    else if (error === 'access_denied') throw new CliError('login_denied', 'The sign-in was denied in the browser.', 'Run countersign login --device again if that was a mistake.')
    else if (error === 'expired_token') break
    else if (error !== 'authorization_pending') throw problemOf(response, server)
    await pause(seconds * 1000, signal)
  }
  throw new CliError('login_timeout', 'Nobody typed the code in time.', 'Run countersign login --device again for a new one.')
}

async function begin(server: string, url: string, key: TerminalKey): Promise<Begun> {
  const form = new URLSearchParams({ client_id: client, scope, dpop_jkt: key.thumbprint, login_hint: whoAsks() })
  const response = await exchange({ method: 'POST', url, headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: form.toString() })
  if (response.status !== 200) throw problemOf(response, server)
  const said = JSON.parse(response.body.toString('utf8')) as Record<string, unknown>
  const { device_code: deviceCode, user_code: code, verification_uri: address, expires_in: lives, interval: given } = said
  if (typeof deviceCode !== 'string' || typeof code !== 'string' || !codeForm.test(code) || typeof address !== 'string' || !URL.canParse(address) || new URL(address).origin !== server) {
    throw new CliError('login_failed', `${server} answered with no code that could be shown.`, 'Check the address: is this a Countersign server of this version?')
  }
  const wait = typeof given === 'number' ? given : interval.initial
  return {
    deviceCode, code, address: new URL(address).href, seconds: Math.min(Math.max(wait, interval.least), interval.most),
    until: Date.now() + (typeof lives === 'number' ? lives : 0) * 1000,
  }
}

function errorOf(response: Response): string {
  try {
    const said: unknown = JSON.parse(response.body.toString('utf8'))
    return typeof said === 'object' && said !== null && 'error' in said ? String(said.error) : ''
  } catch {
    return ''
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const interrupted = (): void => {
      clearTimeout(timer)
      reject(new CliError('interrupted', 'Interrupted. This terminal is not signed in.'))
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', interrupted)
      resolve()
    }, milliseconds)
    if (signal.aborted) interrupted()
    else signal.addEventListener('abort', interrupted, { once: true })
  })
}
