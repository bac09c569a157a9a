/**
 * What is done before the rest of the command is loaded: the folder is looked at, arguments and variables are refused or frozen, and
 * terraform is asked who it is. It answers while the other modules load.
 */
import { prepare, type EngineName, type Environment, type Prepared, type Scope } from '../../engine/index.ts'
import { readRepository, type Repository } from '../config/repository.ts'
import { chooseWorkspace, type Workspace } from '../config/workspace.ts'
import { CliError } from '../exit.ts'
import type { Output } from '../output.ts'

export type RunOptions = {
  readonly server?: string
  readonly workspace?: string
  readonly engine?: string
  readonly json?: boolean
}

export type Begun = {
  readonly scope: Scope
  readonly environment: Environment
  readonly repository: Repository
  readonly workspace: Workspace
  /** Rejects with EngineError. */
  readonly prepared: Promise<Prepared>
}

/** Starts no plan yet. Throws CliError `engine_unknown`, `workspace_invalid`, `repository_file_invalid`. */
export async function begin(scope: Scope, options: RunOptions, passed: readonly string[], output: Output): Promise<Begun> {
  const directory = process.cwd()
  const environment = { ...process.env }
  const engine = engineOf(options.engine)
  const repository = await readRepository(directory)
  const workspace = chooseWorkspace(directory, options.workspace, environment['COUNTERSIGN_WORKSPACE'], repository.workspace)
  const prepared = prepare({ directory, scope, environment, arguments: passed, colour: output.colour, ...engine })
  prepared.catch(() => undefined) // who awaits it hears of it
  return { scope, environment, repository, workspace, prepared }
}

function engineOf(name: string | undefined): { engine?: EngineName } {
  if (name === undefined) return {}
  if (name === 'terraform' || name === 'tofu') return { engine: name }
  throw new CliError('engine_unknown', `${JSON.stringify(name)} is not an engine.`, 'Use --engine terraform or --engine tofu.')
}
