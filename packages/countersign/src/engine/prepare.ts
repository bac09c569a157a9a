/**
 * The start of every run: what is refused is refused here, before anything is started; then terraform is found and asked who it is.
 * Hashing it begins after that, from a descriptor that is open before the plan starts, and goes on while terraform plans.
 */
import { resolve } from 'node:path'
import { findEngine } from './binary/find.ts'
import { beginHash, type Hashed } from './binary/identity.ts'
import { readVersion, type Version } from './binary/version.ts'
import { dataFolder, freeze, type FreezeOptions, type Frozen } from './freeze/freeze.ts'
import type { EngineName } from './shape.ts'

export type PrepareOptions = FreezeOptions & { engine?: EngineName }

export type Prepared = {
  readonly frozen: Frozen
  /** Absolute path of the program. */
  readonly program: string
  readonly version: Version
  /** Settles while the plan is made. */
  readonly binary: Promise<Hashed>
  /** terraform's data folder, absolute. */
  readonly data: string
}

/** Throws EngineError `argument_refused`, `variable_refused`, `engine_missing`, `engine_unusable`, `engine_too_old`. */
export async function prepare(options: PrepareOptions): Promise<Prepared> {
  const frozen = freeze(options)
  const program = findEngine(frozen.environment, frozen.directory, options.engine)
  const version = await readVersion(program, frozen.directory, frozen.childEnvironment)
  const { done: binary } = await beginHash(program)
  return { frozen, program, version, binary, data: resolve(frozen.directory, dataFolder(frozen)) }
}

/** What terraform's HTTP backend is given to come to the state, for one phase of one run. */
export type StateAccess = { readonly username: string; readonly password: string; /** How often a request that is refused for now is tried again. */ readonly retries: number }

/**
 * The same run, whose terraform has another way to the state: in the environment of the programs that are started, and nowhere else.
 * What is frozen, bound and measured stays as it is.
 */
export function withStateAccess(prepared: Prepared, { username, password, retries }: StateAccess): Prepared {
  const { frozen } = prepared
  const childEnvironment = { ...frozen.childEnvironment, TF_HTTP_USERNAME: username, TF_HTTP_PASSWORD: password }
  return { ...prepared, frozen: { ...frozen, childEnvironment: { TF_HTTP_RETRY_MAX: String(retries), ...childEnvironment } } }
}
