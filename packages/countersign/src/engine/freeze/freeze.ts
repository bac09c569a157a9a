/**
 * Everything of an invocation that is decided before terraform starts, and that does not change any more until apply has ended.
 * Order: what is refused is refused before anything runs.
 */
import type { Environment, MeasuredVariable, Scope } from '../shape.ts'
import { splitArguments, splitWords } from './arguments.ts'
import { argumentTexts, bindVariables, childEnvironment, createDigestKey, unboundVariables, type DigestKey } from './variables.ts'

export type Frozen = {
  readonly directory: string
  readonly scope: Scope
  readonly environment: Environment
  /** For child processes. */
  readonly childEnvironment: Readonly<Record<string, string>>
  readonly planArguments: readonly string[]
  readonly applyArguments: readonly string[]
  readonly variables: readonly MeasuredVariable[]
  readonly unbound: readonly string[]
  readonly digestKey: DigestKey
}

export type FreezeOptions = {
  /** Absolute. */
  directory: string
  scope: Scope
  environment: Environment
  /** What the user wrote after `--`. */
  arguments: readonly string[]
  colour: boolean
}

/** Throws EngineError `argument_refused`, `variable_refused`. */
export function freeze(options: FreezeOptions): Frozen {
  const environment = { ...options.environment }
  const plan: string[] = []
  const apply: string[] = []
  for (const [name, text, phase] of argumentTexts(environment)) {
    const split = splitArguments(splitWords(text, name), `in ${name}`, phase === 'both' ? undefined : phase)
    plan.push(...split.plan)
    apply.push(...split.apply)
  }
  const given = splitArguments(options.arguments)
  plan.push(...given.plan)
  apply.push(...given.apply)
  // Ours come last: of a repeated argument the last one counts.
  const always = options.colour ? ['-input=false'] : ['-input=false', '-no-color']
  const digestKey = createDigestKey()
  return {
    directory: options.directory,
    scope: options.scope,
    environment,
    childEnvironment: childEnvironment(environment),
    planArguments: [...plan, ...(options.scope === 'destroy' ? ['-destroy'] : []), ...always],
    applyArguments: [...new Set([...apply, ...always])],
    variables: bindVariables(environment, digestKey),
    unbound: unboundVariables(environment),
    digestKey,
  }
}

/** As at the start: the frozen environment once more, so that a bug which changes it shows as a difference. */
export function measureVariables(frozen: Frozen): MeasuredVariable[] {
  return bindVariables(frozen.environment, frozen.digestKey)
}

/** terraform's data folder (`.terraform`), as an absolute path or relative to the directory. */
export function dataFolder(frozen: Frozen): string {
  return frozen.environment['TF_DATA_DIR'] || '.terraform'
}
