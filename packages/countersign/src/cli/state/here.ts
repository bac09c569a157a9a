/** Whether terraform in a folder keeps its state at the server that a command speaks to, and as which workspace. */
import type { TrustFile } from '@countersign/proof'
import { configuredBackend, type Environment } from '../../engine/index.ts'
import { serverOf, type ServerChoice } from '../client/session.ts'
import { openProfile } from '../config/profile.ts'
import type { Repository } from '../config/repository.ts'
import { CliError } from '../exit.ts'
import { workspaceOf, writtenBackends } from './backend-block.ts'

/** Undefined where the backend is another, or none was initialised. */
export function workspaceHere(server: string, trust: TrustFile | undefined, directory: string, environment: Environment): string | undefined {
  const address = configuredBackend(directory, environment)?.address ?? ''
  return address === '' ? undefined : workspaceOf(address, namesOf(server, trust))
}

function namesOf(server: string, trust: TrustFile | undefined): string[] {
  return [server, ...(trust?.sites ?? []).flatMap((site) => site.origins)]
}

/**
 * The same, where the block may not have been initialised yet: `terraform init` itself needs a credential. What is written goes before what
 * was initialised: where the two differ, terraform does nothing but `init`.
 */
export function workspaceWritten(server: string, trust: TrustFile | undefined, directory: string, environment: Environment): string | undefined {
  const names = namesOf(server, trust)
  const [written] = writtenBackends(directory).flatMap(({ address }) => workspaceOf(address, names) ?? [])
  return written ?? workspaceHere(server, trust, directory, environment)
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
