/**
 * The URL of a PostgreSQL database, read strictly: what is not understood is refused, because a parameter that silently means
 * nothing may be the one that was to protect the connection.
 *
 * The password may stand in the URL, in PGPASSWORD or in the file that PGPASSFILE names. It is never in `shown`, and so in no message.
 */
import { readFileSync } from 'node:fs'
import { SettingError } from '../../setting-error.ts'
import { isLoopback } from '../../setting-values.ts'

export type DatabaseAddress = {
  /** A host name, an address, or the folder of a socket. */
  host: string
  port: number
  database: string
  user: string
  password: string | undefined
  tls: false | { ca: string | undefined; servername: string }
  /** For messages: without the password. */
  shown: string
  /** To another machine, without TLS. */
  crossesNetworkOpenly: boolean
}

const PARAMETERS = ['host', 'sslmode', 'sslrootcert']
const FORM = 'must be postgres://user@host:5432/database, or postgres://user@%2Fvar%2Frun%2Fpostgresql/database for a socket'

/** Throws SettingError. */
export function parseDatabaseUrl(text: string): DatabaseAddress {
  const url = urlOf(text)
  const unknown = [...url.searchParams.keys()].filter((key) => !PARAMETERS.includes(key))
  if (unknown.length > 0) throw new SettingError(`has ${unknown.join(', ')}, which means nothing here. Known are: ${PARAMETERS.join(', ')}`)
  const host = decodeURIComponent(url.hostname).replace(/^\[(.*)\]$/, '$1') || url.searchParams.get('host') || ''
  const database = decodeURIComponent(url.pathname.slice(1))
  if (host === '' || database === '' || database.includes('/')) throw new SettingError(FORM)
  const port = url.port === '' ? 5432 : Number(url.port)
  const user = decodeURIComponent(url.username) || process.env['PGUSER'] || database
  const password = url.password === '' ? undefined : decodeURIComponent(url.password)
  const tls = tlsOf(url.searchParams, host)
  return {
    host, port, database, user, password, tls,
    shown: host.startsWith('/') ? `${host} (${database})` : `${host}:${port}/${database}`,
    crossesNetworkOpenly: tls === false && !isLocal(host),
  }
}

function isLocal(host: string): boolean {
  return host.startsWith('/') || isLoopback(host)
}

function urlOf(text: string): URL {
  // A URL without a host, for a socket, is one that the parser of special schemes would not take; postgres: is not special.
  if (!/^postgres(ql)?:\/\//.test(text) || !URL.canParse(text)) throw new SettingError(FORM)
  const url = new URL(text)
  if (url.hash !== '') throw new SettingError(`${FORM}; write % signs and # in a password as %25 and %23`)
  return url
}

/** Beyond this machine the connection is encrypted and the server's certificate verified, unless the operator says otherwise in so many words. */
function tlsOf(parameters: URLSearchParams, host: string): DatabaseAddress['tls'] {
  const mode = parameters.get('sslmode') ?? (isLocal(host) ? 'disable' : 'verify-full')
  const file = parameters.get('sslrootcert')
  if (mode === 'disable') {
    if (file !== null) throw new SettingError('names sslrootcert but switches TLS off; write sslmode=verify-full')
    return false
  }
  if (mode !== 'verify-full') throw new SettingError(`says sslmode=${mode}, which encrypts for whoever answers. Write sslmode=verify-full, with sslrootcert=FILE where the authority is your own`)
  if (host.startsWith('/')) throw new SettingError('asks for TLS on a socket of this machine; leave sslmode away')
  return { ca: file === null ? undefined : certificates(file), servername: host }
}

function certificates(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new SettingError(`names the certificates ${file}, which cannot be read`, { cause: error })
  }
}
