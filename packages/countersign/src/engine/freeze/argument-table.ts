/**
 * The arguments of terraform and tofu that may stand after `--`, and why the others may not.
 *
 * What an attacker controls here is a wrapper script or an environment that adds one argument to an honest command. Whatever is
 * not in this table is refused: a new version of terraform adds arguments, and we have not thought about those.
 */
export type Phase = 'plan' | 'apply'

export type Allowed = {
  readonly phases: readonly Phase[]
  /** What the value must look like; `none` for a switch. */
  readonly value: 'none' | 'boolean' | 'true' | 'number' | 'duration' | 'any'
}

export const allowedArguments: Readonly<Record<string, Allowed>> = {
  'compact-warnings': { phases: ['plan', 'apply'], value: 'none' },
  concise: { phases: ['plan', 'apply'], value: 'none' },
  exclude: { phases: ['plan'], value: 'any' },
  lock: { phases: ['plan', 'apply'], value: 'true' },
  'lock-timeout': { phases: ['plan', 'apply'], value: 'duration' },
  'no-color': { phases: ['plan', 'apply'], value: 'none' },
  parallelism: { phases: ['plan', 'apply'], value: 'number' },
  refresh: { phases: ['plan'], value: 'boolean' },
  'refresh-only': { phases: ['plan'], value: 'none' },
  replace: { phases: ['plan'], value: 'any' },
  target: { phases: ['plan'], value: 'any' },
  var: { phases: ['plan'], value: 'any' },
  'var-file': { phases: ['plan'], value: 'any' },
}

const stateElsewhere = 'it would read or write another state than the one that is countersigned. Configure the state in a `backend` block'

/** Known, and refused with a reason of their own. A name that ends in `*` is a prefix. */
export const refusedArguments: readonly (readonly [string, string])[] = [
  ['auto-approve', 'countersign has no such switch: what needs a person is countersigned, and what policy lets pass is applied without a question'],
  ['backup', stateElsewhere],
  ['chdir', 'the working tree that is bound is the current folder. Change into that folder and run countersign there'],
  ['destroy', 'the scope is part of what is countersigned. Run: countersign destroy'],
  ['detailed-exitcode', 'countersign always runs plan with it'],
  ['generate-config-out', 'it writes into the working tree that is bound. Run terraform plan with it first, then countersign'],
  ['input', 'countersign never lets terraform ask: give values with -var, -var-file, TF_VAR_name or terraform.tfvars'],
  ['json', 'countersign reads the plan itself. Use: countersign plan --json'],
  ['lock', 'without the state lock, another run could change the state that is countersigned'],
  ['out', 'the plan file stays in a private place, because it holds the state and secrets in clear'],
  ['state*', stateElsewhere],
]

export function refusalOf(name: string): string | undefined {
  return refusedArguments.find(([pattern]) => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern))?.[1]
}
