/**
 * Another HTTP backend: one address, one state. It is asked as terraform would ask, with the TF_HTTP_* variables of that backend: user
 * name, password, client certificate.
 */
import { request as plainRequest, type IncomingMessage } from 'node:http'
import { request as secureRequest, type RequestOptions } from 'node:https'
import { isStateCredential } from '@countersign/proof'
import { CliError } from '../../exit.ts'
import { unreadable, withoutEnding, type Source } from './source.ts'

const LARGEST = 512 * 1024 * 1024
const SILENCE = 60_000

export function httpSource(text: string, environment: NodeJS.ProcessEnv = process.env): Source {
  if (!URL.canParse(text)) throw new CliError('source_unknown', `${JSON.stringify(text.replace(/\/\/.*$/, '//...'))} is not an address.`, 'Give the address of the state, as in its backend block.')
  const url = new URL(text)
  const [user, password] = [decodeURIComponent(url.username) || (environment['TF_HTTP_USERNAME'] ?? ''), decodeURIComponent(url.password) || (environment['TF_HTTP_PASSWORD'] ?? '')]
  refuseOurs(url, user)
  url.username = ''
  url.password = ''
  const place = `${url.origin}${url.pathname}`
  return {
    kind: 'http',
    place,
    list: async () => [{ name: url.pathname.slice(1), path: withoutEnding(url.pathname.split('/').at(-1) ?? ''), workspace: 'default' }],
    async read() {
      const { status, body } = await get(url, { user, password }, environment).catch((cause: unknown) => {
        throw unreadable(place, cause)
      })
      if (status === 404 || status === 204 || (status === 200 && body.length === 0)) return undefined
      if (status === 200) return body
      const credentials = status === 401 || status === 403
      throw new CliError('source_unreadable', `${place} answered ${status}${credentials ? ': it does not let us in' : ''}.`, credentials ? 'Set TF_HTTP_USERNAME and TF_HTTP_PASSWORD of that backend, and run the command again.' : 'Nothing was changed there or here.')
    },
    close: async () => undefined,
  }
}

/** A shell that has a credential of ours has it under the same names. It is nobody else's to be shown. */
function refuseOurs(url: URL, user: string): void {
  if (!isStateCredential(user) || url.pathname.startsWith('/state/v1/')) return
  throw new CliError('source_unreadable', `TF_HTTP_USERNAME holds a credential of Countersign, which is not sent to ${url.host}.`, 'Set TF_HTTP_USERNAME and TF_HTTP_PASSWORD to those of that backend, or empty, for this command.')
}

type Credentials = { readonly user: string; readonly password: string }

async function get(url: URL, { user, password }: Credentials, environment: NodeJS.ProcessEnv): Promise<{ status: number; body: Buffer }> {
  const options: RequestOptions = {
    headers: { accept: 'application/json', ...(user === '' && password === '' ? {} : { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }) },
    ...present('ca', environment['TF_HTTP_CLIENT_CA_CERTIFICATE_PEM']),
    ...present('cert', environment['TF_HTTP_CLIENT_CERTIFICATE_PEM']),
    ...present('key', environment['TF_HTTP_CLIENT_PRIVATE_KEY_PEM']),
  }
  return await new Promise((resolve, reject) => {
    const take = (incoming: IncomingMessage): void => {
      const parts: Buffer[] = []
      let size = 0
      incoming.on('data', (part: Buffer) => {
        size += part.length
        if (size > LARGEST) incoming.destroy(new Error('it is too large'))
        else parts.push(part)
      })
      incoming.on('error', reject)
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, body: Buffer.concat(parts) }))
    }
    const outgoing = url.protocol === 'https:' ? secureRequest(url, options, take) : plainRequest(url, { headers: options.headers }, take)
    outgoing.setTimeout(SILENCE, () => outgoing.destroy(new Error('it was silent for too long')))
    outgoing.on('error', reject)
    outgoing.end()
  })
}

function present(name: 'ca' | 'cert' | 'key', value: string | undefined): RequestOptions {
  return value === undefined || value === '' ? {} : { [name]: value }
}
