/** Tells one failure of terraform from another by its own words, which the person has seen already: what we add is what to do. */
import { EngineError, type EngineErrorCode } from '../error.ts'
import type { Ended } from './child.ts'

// eslint-disable-next-line no-control-regex
const colours = /\u001b\[[0-9;]*m/g

type Sign = { readonly code: EngineErrorCode; readonly pattern: RegExp; readonly says: (text: string) => string }

const signs: readonly Sign[] = [
  {
    code: 'input_needed',
    pattern: /No value for required variable|No value for variable|input is disabled|-input=false/,
    says: (text) => {
      const names = [...text.matchAll(/input variable "([^"\n]+)"\s+is\s+not\s+set/g)].map((match) => match[1] ?? '')
      const which = names.length > 0 ? `a value for ${names.join(', ')}` : 'a value'
      return `terraform needs ${which}, and countersign never lets it ask: an answer typed here would be bound to nothing. Give it with: countersign apply -- -var ${names[0] ?? 'name'}=..., in TF_VAR_${names[0] ?? 'name'}, or in terraform.tfvars.`
    },
  },
  {
    code: 'init_needed',
    pattern: /Module not installed|Backend initialization required|Initialization required|Inconsistent dependency lock file|Required plugins are not installed|Could not load plugin|run:?\s+"?(terraform|tofu) init/,
    says: () => 'This folder is not initialised, or changed since. Run terraform init (or tofu init) here, then try again.',
  },
  {
    code: 'plan_failed',
    pattern: /No configuration files/,
    says: () => 'There are no Terraform files in this folder. Change into the folder that holds them.',
  },
  {
    code: 'plan_failed',
    pattern: /HTTP remote state endpoint (requires|invalid) auth/,
    says: () => 'The server that keeps the state does not take TF_HTTP_USERNAME and TF_HTTP_PASSWORD as they are set here. They may have ended: unset both and try again, or get new ones.',
  },
  {
    code: 'plan_failed',
    pattern: /Error acquiring the state lock/,
    says: () => 'Another run holds the state lock. Wait for it to end, or let terraform wait: countersign apply -- -lock-timeout=5m',
  },
]

export function planFailure(ended: Ended, aborted: boolean): EngineError {
  if (aborted) return new EngineError('cancelled', 'Interrupted while the plan was made. Nothing was changed.')
  const text = ended.errors.replace(colours, '')
  const sign = signs.find(({ pattern }) => pattern.test(text))
  if (sign) return new EngineError(sign.code, sign.says(text))
  return new EngineError('plan_failed', `terraform plan ended with ${exitOf(ended)}; its own words are above. Nothing was changed.`)
}

export function exitOf(ended: Ended): string {
  return ended.signal ? `signal ${ended.signal}` : `exit code ${ended.code}`
}
