/** The folders of a person: settings and keys in one, what may be shown to others (evidence) and what is not sent yet in the other. */
import { homedir } from 'node:os'
import { join } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/** Keys, tokens, pinned trust: $XDG_CONFIG_HOME/countersign. */
export function configFolder(environment: Environment = process.env): string {
  return join(environment['XDG_CONFIG_HOME'] || join(home(environment), '.config'), 'countersign')
}

/** Evidence and outcomes that wait: $XDG_STATE_HOME/countersign. */
export function stateFolder(environment: Environment = process.env): string {
  return join(environment['XDG_STATE_HOME'] || join(home(environment), '.local', 'state'), 'countersign')
}

function home(environment: Environment): string {
  return environment['HOME'] || homedir()
}
