/**
 * HTTPS with certificate files, which are read again when they change or when asked. A pair that cannot be used never takes the place
 * of one that can: the old one stays, and the log says why.
 */
import { X509Certificate, createPrivateKey } from 'node:crypto'
import { readFileSync, statSync, unwatchFile, watchFile } from 'node:fs'
import type { Server as HttpsServer } from 'node:https'
import { createSecureContext } from 'node:tls'
import type { Logger } from 'pino'
import { CodedError } from '../platform/coded-error.ts'

export type TlsFiles = {
  cert: string
  key: string
  /** How often the files are looked at, in ms. */
  everyMs?: number
}

export class TlsError extends CodedError<'tls_unusable'> {}

export type Pair = { cert: string; key: string }

export type Certificates = {
  current(): Pair
  /** Later pairs go to this server too. */
  serve(server: HttpsServer): void
  /** Reads the files again. Answers whether what is served now is what is in them. */
  reload(): boolean
  stop(): void
}

const EVERY_MS = 5_000
const DAY_MS = 86_400_000

/** Throws TlsError when the files cannot be used: there is nothing yet that could stay. */
export function openCertificates(files: TlsFiles, host: string, now: () => number, log: Logger): Certificates {
  let pair = readPair(files, host, now(), log)
  const servers: HttpsServer[] = []
  const reload = (): boolean => {
    try {
      const read = readPair(files, host, now(), log)
      if (read.cert === pair.cert && read.key === pair.key) return true
      for (const server of servers) server.setSecureContext(read)
      pair = read
      log.info({ cert: files.cert }, 'the certificate was replaced')
      return true
    } catch (error) {
      log.warn({ err: error }, 'the new certificate cannot be used; the one before is still served')
      return false
    }
  }
  // By looking, not by inotify: certificates are often links that are turned, on file systems that tell nobody.
  const watched = [files.cert, files.key]
  const changed = (): void => void reload()
  for (const path of watched) watchFile(path, { interval: files.everyMs ?? EVERY_MS, persistent: false }, changed)
  return {
    current: () => pair,
    serve: (server) => void servers.push(server),
    reload,
    stop: () => watched.forEach((path) => unwatchFile(path, changed)),
  }
}

function readPair({ cert: certFile, key: keyFile }: TlsFiles, host: string, now: number, log: Logger): Pair {
  const pair = { cert: read(certFile, 'certificate'), key: read(keyFile, 'key') }
  if (process.platform !== 'win32' && (statSync(keyFile).mode & 0o007) !== 0) throw unusable(`The key ${keyFile} is open to every user of this machine.`, `Close it with: chmod o= ${keyFile}`)
  const certificate = attempt(() => new X509Certificate(pair.cert), `${certFile} does not hold a certificate in PEM form.`, 'It must begin with the server\'s own certificate, followed by those above it.')
  const key = attempt(() => createPrivateKey(pair.key), `${keyFile} does not hold a private key in PEM form, or one with a passphrase.`, 'Store it without a passphrase, readable for the server\'s user only.')
  if (!certificate.checkPrivateKey(key)) throw unusable(`The key ${keyFile} does not belong to the certificate ${certFile}.`, 'When both are replaced, write the key first.')
  attempt(() => createSecureContext(pair), `${certFile} and ${keyFile} cannot be used for HTTPS.`, 'Check the files with openssl.')
  const until = Date.parse(certificate.validTo)
  if (until <= now) throw unusable(`The certificate ${certFile} ended on ${certificate.validTo}.`, 'Renew it.')
  if (until - now < 7 * DAY_MS) log.warn({ cert: certFile, until: certificate.validTo }, 'the certificate ends soon')
  if (certificate.checkHost(host) === undefined) log.warn({ cert: certFile, host }, 'the certificate is not for the host of the URL: browsers will refuse it')
  return pair
}

function read(path: string, what: string): string {
  return attempt(() => readFileSync(path, 'utf8'), `The ${what} ${path} cannot be read.`, 'Check the path, and that the server\'s user may read it.')
}

function attempt<T>(work: () => T, message: string, next: string): T {
  try {
    return work()
  } catch (cause) {
    throw new TlsError('tls_unusable', message, next, { cause })
  }
}

const unusable = (message: string, next: string): TlsError => new TlsError('tls_unusable', message, next)
