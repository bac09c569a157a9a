/** The address of a server, in one form: scheme, host and port. */
import { CliError } from '../exit.ts'

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/

/** Throws CliError `server_invalid`. Plain HTTP is for this machine only: elsewhere tokens and plans would travel in clear. */
export function parseServer(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.username !== '' || (url.pathname !== '/' && url.pathname !== '')) {
    throw new CliError('server_invalid', `${JSON.stringify(text)} is not the address of a server.`, 'Give it as https://countersign.example.com')
  }
  if (url.protocol === 'http:' && !loopback.test(url.hostname)) {
    throw new CliError('server_invalid', `${url.origin} is plain HTTP, so tokens and plans would travel in clear.`, 'Use the server\'s https address.')
  }
  return url.origin
}
