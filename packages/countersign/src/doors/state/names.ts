/**
 * `/state/v1/{project}/{workspace}` and its `/lock`, read from the address as it was sent: no router's rules about length, case or
 * decoding decide which workspace is meant. Slashes within a workspace are percent-encoded.
 */
import { isStateWorkspace } from '@countersign/proof'
import { StateError } from './errors.ts'

export const WIRE = '/state/v1/'

export type Place = { name: string; lock: boolean; query: URLSearchParams }

/** @throws StateError `workspace_name_invalid` */
export function readPlace(url: string): Place {
  const [path = '', ...query] = url.split('?')
  const parts = path.slice(WIRE.length).split('/')
  const lock = parts.length === 3 && parts[2] === 'lock'
  const [project = '', workspace = ''] = parts
  if (!lock && parts.length !== 2) throw invalid('An address is /state/v1/PROJECT/WORKSPACE, with the slashes of the workspace as %2F.')
  const name = `${decode(project)}/${decode(workspace)}`
  if (!isStateWorkspace(name)) throw invalid('A project has 1 to 64 letters, digits, ".", "_" and "-"; a workspace 1 to 200 characters that can be seen, no backslash, and no part "." or "..".')
  return { name, lock, query: new URLSearchParams(query.join('?')) }
}

/** The address of a workspace on the wire. */
export function addressOf(origin: string, name: string): string {
  const slash = name.indexOf('/')
  return `${origin}${WIRE}${encodeURIComponent(name.slice(0, slash))}/${encodeURIComponent(name.slice(slash + 1))}`
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw invalid('It holds a percent sign that encodes nothing.')
  }
}

/** What was sent is not repeated: it may be anything. */
function invalid(why: string): StateError {
  return new StateError('workspace_name_invalid', `The address names no workspace. ${why}`, 'Correct the address in the backend block.')
}
