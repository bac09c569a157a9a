/** A person whose browser asks for a name that no name server knows here: the request goes to this machine, the Host header says the name. */
import { request } from 'node:http'
import { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import type { Answer } from '../../src/demonstration/software-person.ts'
import type { SoftwareAuthenticator } from '../../src/identity/index.ts'

export class PersonElsewhere extends SoftwarePerson {
  readonly through: string
  #cookies = new Map<string, string>()

  constructor(url: string, key: SoftwareAuthenticator, through: string) {
    super(url, key)
    this.through = through
  }

  override async call(method: string, path: string, body?: unknown): Promise<Answer> {
    const sent = body === undefined ? undefined : JSON.stringify(body)
    const headers: Record<string, string> = {
      host: new URL(this.url).host, origin: new URL(this.url).origin, 'x-countersign': '1', 'user-agent': 'Countersign software key',
      ...(this.#cookies.size > 0 ? { cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ') } : {}),
      ...(sent === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(sent)) }),
    }
    return new Promise((done, failed) => {
      const outgoing = request(new URL(path, this.through), { method, headers }, (response) => {
        for (const line of response.headers['set-cookie'] ?? []) {
          const [name = '', value = ''] = (line.split(';', 1)[0] ?? '').split('=')
          this.#cookies.set(name, value)
        }
        let text = ''
        response.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')))
        response.on('end', () => done({ status: response.statusCode ?? 0, body: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {}, headers: new Headers() }))
      })
      outgoing.on('error', failed)
      outgoing.end(sent)
    })
  }
}
