/** Whether terraform in a folder keeps its state at the server that a command speaks to, and as which workspace. */
import type { TrustFile } from '@countersign/proof'
import { configuredBackend, type Environment } from '../../engine/index.ts'
import { serverOf, type ServerChoice } from '../client/session.ts'
import { openProfile } from '../config/profile.ts'
import type { Repository } from '../config/repository.ts'
import { CliError } from '../exit.ts'
import { workspaceOf } from './backend-block.ts'

/** Undefined where the backend is another, or none was initialised. */
export function workspaceHere(server: string, trust: TrustFile | undefined, directory: string, environment: Environment): string | undefined {
  const address = configuredBackend(directory, environment)?.address ?? ''
  const names = [server, ...(trust?.sites ?? []).flatMap((site) => site.origins)]
  return address === '' ? undefined : workspaceOf(address, names)
}

/** Before anybody is signed in. A server that is not known, or not pinned, keeps nothing of ours: what is wrong with it is said later. */
export function stateHere(choice: ServerChoice, repository: Repository, directory: string, environment: Environment): string | undefined {
  if ((configuredBackend(directory, environment)?.address ?? '') === '') return undefined
  try {
    const profile = openProfile(serverOf(choice, repository))
    return workspaceHere(profile.server, profile.load('trust'), directory, environment)
  } catch (error) {
    if (error instanceof CliError) return undefined
    throw error
  }
}
