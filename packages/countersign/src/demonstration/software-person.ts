/**
 * A person with a browser and a software key, for demonstrations and tests: speaks to the server exactly as the console does,
 * over HTTP, with a cookie, an Origin and assertions made by the software authenticator.
 *
 * It does what a person does and nothing else: whatever it can do, a person's browser can.
 */
import { createSoftwareAuthenticator } from '../identity/index.ts'
import type { SoftwareAuthenticator } from '../identity/index.ts'

export type Answer = { status: number; body: Record<string, unknown>; headers: Headers }
type Options = Parameters<SoftwareAuthenticator['get']>[0]
type CreateOptions = Parameters<SoftwareAuthenticator['create']>[0]
export type Assertion = ReturnType<SoftwareAuthenticator['get']>

export class Refused extends Error {
  readonly answer: Answer
  constructor(what: string, answer: Answer) {
    super(`${what}: ${answer.status} ${JSON.stringify(answer.body)}`)
    this.name = 'Refused'
    this.answer = answer
  }
}

export class SoftwarePerson {
  readonly url: string
  readonly key: SoftwareAuthenticator
  /** Sent with each request. */
  headers: Readonly<Record<string, string>> = {}
  #cookies = new Map<string, string>()

  constructor(url: string, key: SoftwareAuthenticator = createSoftwareAuthenticator()) {
    this.url = url
    this.key = key
  }

  /** One request as the console makes it; answers whatever came. */
  async call(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(new URL(path, this.url), {
      method, redirect: 'manual',
      headers: {
        ...this.headers, origin: new URL(this.url).origin, 'x-countersign': '1', 'user-agent': 'Countersign software key',
        ...(this.#cookies.size > 0 ? { cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ') } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    for (const line of response.headers.getSetCookie()) this.#keep(line)
    const text = await response.text()
    const json = (response.headers.get('content-type') ?? '').includes('json') && text !== ''
    return { status: response.status, body: json ? (JSON.parse(text) as Record<string, unknown>) : {}, headers: response.headers }
  }

  /** As a browser keeps them. */
  cookies(): { name: string; value: string }[] {
    return [...this.#cookies].map(([name, value]) => ({ name, value }))
  }

  /** The same, for what must succeed. */
  async must(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    const answer = await this.call(method, path, body)
    if (answer.status >= 400) throw new Refused(`${method} ${path}`, answer)
    return answer.body
  }

  /** The set-up link's whole ceremony: create a key, sign the genesis statement with it. */
  async setUp(link: string, name: string): Promise<void> {
    const token = new URL(link).hash.slice(1)
    const begun = await this.must('POST', '/api/v1/setup/begin', { token, name, label: 'software key' })
    const created = await this.must('POST', '/api/v1/setup/create', { token, response: this.key.create(begun['options'] as CreateOptions, this.url) })
    await this.must('POST', '/api/v1/setup/finish', { token, response: this.sign(created['options']) })
  }

  async signIn(): Promise<void> {
    const begun = await this.must('POST', '/api/v1/session/begin', {})
    await this.must('POST', '/api/v1/session/finish', { ceremony: begun['ceremony'], response: this.sign(begun['options']) })
  }

  /** The enrolment link's whole ceremony; answers the code that the person tells their inviter. */
  async join(link: string, label = 'software key'): Promise<string> {
    const token = new URL(link).hash.slice(1)
    const begun = await this.must('POST', '/api/v1/invitation/begin', { token, label })
    const { ceremony } = begun
    const created = await this.must('POST', '/api/v1/invitation/create', { token, ceremony, response: this.key.create(begun['options'] as CreateOptions, this.url) })
    const made = await this.must('POST', '/api/v1/invitation/finish', { token, ceremony, response: this.sign(created['options']) })
    return String(made['code'])
  }

  /** The recovery link's whole ceremony; answers the new fingerprint. */
  async recover(link: string): Promise<string> {
    const token = new URL(link).hash.slice(1)
    const begun = await this.must('POST', '/api/v1/owner-recovery/begin', { token, label: 'new key' })
    const { ceremony } = begun
    const created = await this.must('POST', '/api/v1/owner-recovery/create', { token, ceremony, response: this.key.create(begun['options'] as CreateOptions, this.url) })
    return String((await this.must('POST', '/api/v1/owner-recovery/finish', { token, ceremony, response: this.sign(created['options']) }))['fingerprint'])
  }

  /** The inviter's second touch, for the key that waits. */
  async vouch(pending: string, code: string): Promise<Answer> {
    const begun = await this.must('POST', `/api/v1/pending-keys/${pending}/begin`, { code })
    return this.call('POST', `/api/v1/pending-keys/${pending}/finish`, { ceremony: begun['ceremony'], response: this.sign(begun['options']) })
  }

  /** Another key of the person's own, signed by both. */
  async addKey(key: SoftwareAuthenticator, label: string): Promise<Answer> {
    const begun = await this.must('POST', '/api/v1/authenticators/begin', { label })
    const { ceremony } = begun
    const created = await this.must('POST', '/api/v1/authenticators/create', { ceremony, response: key.create(begun['options'] as CreateOptions, this.url) })
    const [possession, voucher] = [created['possession'], created['voucher']] as [{ options: Options }, { options: Options }]
    return this.call('POST', '/api/v1/authenticators/finish', { ceremony, possession: key.get(possession.options, this.url), voucher: this.key.get(voucher.options, this.url) })
  }

  /** What the browser does when a terminal's sign-in link is opened: follows it to our page, allows it, follows it to the terminal. */
  async allowTerminal(link: string): Promise<void> {
    const page = await this.#follow(link)
    const uid = page.searchParams.get('uid')
    if (!uid) throw new Error(`the sign-in did not come to our page but to ${page.pathname}`)
    const { redirect } = await this.must('POST', `/api/v1/interactions/${uid}`, { decision: 'allow' })
    const back = await this.#follow(String(redirect))
    await fetch(back)
  }

  begin(code: string, typed?: string): Promise<Record<string, unknown>> {
    return this.must('POST', `/api/v1/ceremonies/${code}/begin`, typed === undefined ? {} : { typed })
  }

  finish(code: string, ceremony: unknown, response: Assertion): Promise<Answer> {
    return this.call('POST', `/api/v1/ceremonies/${code}/finish`, { ceremony, response })
  }

  async countersign(code: string): Promise<{ ceremony: unknown; response: Assertion; view: Record<string, unknown> }> {
    const begun = await this.begin(code)
    const response = this.sign(begun['options'])
    const answer = await this.finish(code, begun['ceremony'], response)
    if (answer.status !== 200) throw new Refused('countersign', answer)
    return { ceremony: begun['ceremony'], response, view: answer.body }
  }

  deny(code: string, report = false): Promise<Record<string, unknown>> {
    return this.must('POST', `/api/v1/ceremonies/${code}/deny`, { report })
  }

  sign(options: unknown): Assertion {
    return this.key.get(options as Options, this.url)
  }

  /** Follows redirects on our own origin with our cookies; returns the first address outside of it, or the page. */
  async #follow(link: string): Promise<URL> {
    let at = new URL(link, this.url)
    for (let hops = 0; hops < 10; hops++) {
      if (at.origin !== new URL(this.url).origin || at.pathname === '/sign-in') return at
      const { headers, status } = await this.call('GET', at.href)
      const next = headers.get('location')
      if (status < 300 || status >= 400 || !next) return at
      at = new URL(next, at)
    }
    throw new Error('too many redirects')
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';')
    const at = pair.indexOf('=')
    const name = pair.slice(0, at).trim()
    const value = pair.slice(at + 1)
    const gone = value === '' || attributes.some((attribute) => /^\s*expires=thu, 01 jan 1970/i.test(attribute))
    if (gone) this.#cookies.delete(name)
    else this.#cookies.set(name, value)
  }
}
