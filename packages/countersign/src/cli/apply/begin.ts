/**
 * What is done before the rest of the command is loaded: the folder is looked at, arguments and variables are refused or frozen, and
 * terraform is asked who it is. It answers while the other modules load.
 */
import { prepare, type EngineName, type Environment, type Prepared, type Scope } from '../../engine/index.ts'
import { readRepository, type Repository } from '../config/repository.ts'
import { chooseWorkspace, type Workspace } from '../config/workspace.ts'
import { CliError } from '../exit.ts'
import type { Output } from '../output.ts'
import { LOCK_TIMEOUT, saysLockTimeout } from '../state/environment.ts'
import { stateHere } from '../state/here.ts'

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
  /** Terraform's state here is kept by the server itself: then a credential for it is got along the way. */
  readonly stateHere: boolean
  /** Rejects with EngineError. */
  readonly prepared: Promise<Prepared>
}

/** Starts no plan yet. Throws CliError `engine_unknown`, `workspace_invalid`, `repository_file_invalid`, `state_of_another`. */
export async function begin(scope: Scope, options: RunOptions, passed: readonly string[], output: Output): Promise<Begun> {
  const directory = process.cwd()
  const environment = { ...process.env }
  const engine = engineOf(options.engine)
  const repository = await readRepository(directory)
  const state = stateHere(options, repository, directory, environment)
  const workspace = workspaceFor(chooseWorkspace(directory, options.workspace, environment['COUNTERSIGN_WORKSPACE'], repository.workspace), state)
  const prepared = prepare({ directory, scope, environment, arguments: state === undefined ? passed : patient(passed, environment), colour: output.colour, ...engine })
  prepared.catch(() => undefined) // who awaits it hears of it
  return { scope, environment, repository, workspace, stateHere: state !== undefined, prepared }
}

/** A run is of the workspace whose state it changes. */
function workspaceFor(chosen: Workspace, state: string | undefined): Workspace {
  if (state === undefined || state === chosen.name) return chosen
  if (chosen.derived) return { name: chooseWorkspace('', state, undefined, undefined).name, derived: false }
  throw new CliError('state_of_another', `Terraform's state in this folder is that of ${state}, and this would be a run of ${chosen.name}.`, `Use --workspace ${state}, or correct the address in the backend block.`)
}

/** A lock may have to wait for a person. What the user says of that comes later, and so it counts. */
function patient(passed: readonly string[], environment: Environment): readonly string[] {
  const said = ['TF_CLI_ARGS', 'TF_CLI_ARGS_plan', 'TF_CLI_ARGS_apply'].some((name) => saysLockTimeout(environment[name]))
  return said ? passed : [`-lock-timeout=${LOCK_TIMEOUT}`, ...passed]
}

function engineOf(name: string | undefined): { engine?: EngineName } {
  if (name === undefined) return {}
  if (name === 'terraform' || name === 'tofu') return { engine: name }
  throw new CliError('engine_unknown', `${JSON.stringify(name)} is not an engine.`, 'Use --engine terraform or --engine tofu.')
}
