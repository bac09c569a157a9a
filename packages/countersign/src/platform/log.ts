/**
 * The log: JSON lines on stderr (stdout is data only), with names of secrets blacked out wherever they stand
 * up to three levels deep. That is the last net, not the rule: what is secret is not handed to the log. What is written while a request
 * is worked for carries the request's id.
 */
import { destination, pino, stdTimeFunctions, type DestinationStream, type Logger } from 'pino'
import { currentRequest } from './telemetry/context.ts'

export type Log = Pick<Logger, 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'>
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** Members whose values are never printed, in any spelling that our own code or a library gives them. */
export const secretFields = [
  'authorization', 'Authorization', 'cookie', 'Cookie', 'set-cookie', 'Set-Cookie', 'dpop', 'DPoP', 'password', 'passphrase', 'secret', 'token', 'accessToken', 'access_token',
  'refresh_token', 'id_token', 'code_verifier', 'client_secret', 'privateKey', 'private_key', 'd', 'salt', 'setupToken', 'TF_HTTP_PASSWORD',
] as const

const MASK = '[secret]'

export function createLog(level: LogLevel, to: DestinationStream = destination({ dest: 2, sync: true })): Logger {
  const paths = secretFields.flatMap((field) => ['', '*.', '*.*.'].map((prefix) => `${prefix}["${field}"]`.replace('.[', '[')))
  return pino({
    level,
    base: { name: 'countersign' },
    mixin: () => {
      const id = currentRequest()?.id
      return id ? { request: id } : {}
    },
    timestamp: stdTimeFunctions.isoTime,
    redact: { paths, censor: MASK },
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: describe, error: describe },
  }, to)
}

/** Code and message of an error and of what caused it. */
function describe(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  return {
    name: error.name,
    ...('code' in error ? { code: error.code } : {}),
    message: error.message,
    ...(error.cause === undefined ? {} : { cause: describe(error.cause) }),
  }
}
