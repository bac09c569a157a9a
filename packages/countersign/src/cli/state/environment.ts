/**
 * The variables that bring terraform to the state: the credential, patience with a server that waits for a person, and a lock that is
 * asked for again until then. Patience that the user has set already is left alone.
 */
import type { StateCredential } from './wire.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Each refusal "not yet" takes up to 50 s: together they last longer than any question. */
export const RETRIES = 20
export const LOCK_TIMEOUT = '15m'

/** Terraform's commands that take a lock and know -lock-timeout, as in TF_CLI_ARGS_name. */
const locking = ['apply', 'destroy', 'import', 'init', 'plan', 'refresh', 'state_mv', 'state_push', 'state_replace_provider', 'state_rm', 'taint', 'untaint']

/** In the order in which they are printed. */
export function stateVariables({ username, password }: Pick<StateCredential, 'username' | 'password'>, environment: Environment): [name: string, value: string][] {
  return [['TF_HTTP_USERNAME', username], ['TF_HTTP_PASSWORD', password], ...patience(environment)]
}

function patience(environment: Environment): [string, string][] {
  const variables: [string, string][] = [['TF_HTTP_RETRY_MAX', environment['TF_HTTP_RETRY_MAX'] || String(RETRIES)]]
  if (saysLockTimeout(environment['TF_CLI_ARGS'])) return variables
  for (const command of locking) {
    const name = `TF_CLI_ARGS_${command}`
    const given = environment[name]?.trim() ?? ''
    variables.push([name, saysLockTimeout(given) ? given : `${given} -lock-timeout=${LOCK_TIMEOUT}`.trim()])
  }
  return variables
}

/** Terraform takes one hyphen or two. */
export function saysLockTimeout(text: string | undefined): boolean {
  return /(^|[\s"'])--?lock-timeout([\s=]|$)/.test(text ?? '')
}
