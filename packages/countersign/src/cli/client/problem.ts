/** An answer that is no success becomes one error: RFC 9457 with our `code` and `next`, or what an unknown server said. */
import { CliError, exitFor } from '../exit.ts'
import { safe } from '../output.ts'
import type { Response } from './http.ts'

const away = new Set([502, 503, 504])

export function problemOf(response: Response, origin: string): CliError {
  const problem = parsed(response)
  const text = (name: string): string => {
    const value = problem?.[name]
    return typeof value === 'string' ? safe(value).slice(0, 1000) : ''
  }
  const code = text('code')
  // A server that is closing, or what stands before one that is gone: it will answer again.
  if (code === '' && away.has(response.status)) return new CliError('server_unreachable', `${origin} does not answer just now (${response.status}).`, 'Try again in a moment.')
  if (code === '') {
    const oauth = text('error')
    return new CliError(oauth || 'server_unexpected', `${origin} answered ${response.status}${oauth ? ` (${oauth}${text('error_description') ? `: ${text('error_description')}` : ''})` : ''}.`, 'Check the address: is this a Countersign server of this version?')
  }
  const next = code === 'token_invalid' ? 'Sign this terminal in again: countersign login' : text('next')
  return new CliError(code, text('detail') || text('title') || `${origin} refused (${code}).`, next, { exit: exitFor(code) })
}

function parsed(response: Response): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(response.body.toString('utf8'))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
