/**
 * Freezes the environment: which TF_* variables are bound, what terraform will see, and what cannot be bound.
 *
 * A TF_VAR_ or TF_TOKEN_ may hold a short secret, so its digest must not be one that can be guessed: it is keyed with random bytes
 * which live as long as this run does and never leave the process. Equal values have equal digests within one run, and that is all
 * the digests are for.
 */
import { createHmac, randomBytes } from 'node:crypto'
import { EngineError } from '../error.ts'
import type { Environment, MeasuredVariable } from '../shape.ts'
import { argumentVariables, harmlessVariables, refusedVariables, secretVariables, unboundGroups } from './variable-table.ts'

export type DigestKey = Buffer

export function createDigestKey(): DigestKey {
  return randomBytes(32)
}

/** Sorted by name. Throws EngineError `variable_refused`. */
export function bindVariables(environment: Environment, key: DigestKey): MeasuredVariable[] {
  const bound: MeasuredVariable[] = []
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined || !name.startsWith('TF_') || harmlessVariables.has(name) || secretVariables.has(name)) continue
    const refusal = Object.hasOwn(refusedVariables, name) ? refusedVariables[name] : undefined
    if (refusal) throw new EngineError('variable_refused', `The variable ${name} is refused: ${refusal}. Unset it and try again.`)
    bound.push({ name, digest: createHmac('sha256', key).update(`${name}\n${value}`).digest('hex') })
  }
  return bound.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** By name, what is set and steers terraform, its providers or the scripts it starts, and cannot be bound. */
export function unboundVariables(environment: Environment): string[] {
  const names = Object.keys(environment).filter((name) => environment[name] !== undefined)
  return unboundGroups.filter(([, pattern]) => names.some((name) => pattern.test(name))).map(([group]) => group)
}

/**
 * What terraform is started with: the frozen environment without what countersign itself was given, and without TF_CLI_ARGS*,
 * whose checked contents are among the arguments. Automation mode keeps terraform from telling people how to apply around us.
 */
export function childEnvironment(environment: Environment): Record<string, string> {
  const out: Record<string, string> = {}
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined || name.startsWith('COUNTERSIGN_') || name.startsWith('TF_CLI_ARGS')) continue
    out[name] = value
  }
  return { ...out, TF_IN_AUTOMATION: '1', TF_INPUT: '0' }
}

/** [variable, its text, the phase it is for] */
export function argumentTexts(environment: Environment): [string, string, 'both' | 'plan' | 'apply'][] {
  const out: [string, string, 'both' | 'plan' | 'apply'][] = []
  for (const [name, phase] of Object.entries(argumentVariables)) {
    const text = environment[name]
    if (text !== undefined && text.trim() !== '') out.push([name, text, phase])
  }
  return out
}
