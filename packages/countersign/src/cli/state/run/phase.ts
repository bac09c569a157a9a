/**
 * Which credential a command needs: one to plan with (a lock to plan, and reading), or one to apply with (any lock). Whatever is not
 * known to be content with the first gets the second: then each lock to write still waits for the person.
 */
import { resolve } from 'node:path'

const reading = new Set(['get', 'fmt', 'graph', 'init', 'metadata', 'modules', 'output', 'plan', 'providers', 'show', 'validate', 'version'])
const readingBelow: Readonly<Record<string, readonly string[]>> = { state: ['list', 'pull', 'show'], workspace: ['list', 'show'] }
/** Options of terraform itself, before the command. */
const global = /^--?(chdir=.*|help|version)$/

function isTerraform(program: string): boolean {
  return /(^|[\\/])(terraform|tofu)(\.exe)?$/i.test(program)
}

/** Where terraform works: it changes to another folder before it looks for anything. */
export function folderOf([program = '', ...rest]: readonly string[], directory: string): string {
  const chosen = isTerraform(program) ? rest.map((word) => /^--?chdir=(.+)$/.exec(word)?.[1]).find((folder) => folder !== undefined) : undefined
  return chosen === undefined ? directory : resolve(directory, chosen)
}

/** Ending a lock is possible in a workspace that is frozen; taking one to write is not. */
export function endsLock([program = '', ...rest]: readonly string[]): boolean {
  return isTerraform(program) && rest.find((word) => !global.test(word)) === 'force-unlock'
}

/** `command`: the program and its arguments. Terraform's `console` takes a lock of its own kind, so it is not among the readers. */
export function phaseOf(command: readonly string[]): 'plan' | 'apply' {
  const [program = '', ...rest] = command
  if (!isTerraform(program)) return 'apply'
  const [name = '', below = ''] = rest.filter((word) => !global.test(word))
  // Moving a state into another backend locks and writes it.
  if (name === 'init' && rest.some((word) => /^--?(migrate-state|force-copy)/.test(word))) return 'apply'
  return reading.has(name) || (readingBelow[name]?.includes(below) ?? false) ? 'plan' : 'apply'
}
