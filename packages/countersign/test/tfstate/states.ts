/** Small states, written by hand. */
import type { TfstateError, StateFacts } from '../../src/tfstate/index.ts'

export type Instance = { [name: string]: unknown }
export type Resource = { module?: string; mode?: string; type?: string; name?: string; provider?: string; instances?: Instance[]; [name: string]: unknown }

export const aws = 'provider["registry.terraform.io/hashicorp/aws"]'
export const lineage = '3c2b7a4e-7f0a-9a56-2b1c-6a1d0c9e8f77'

export function state(resources: Resource[], rest: { [name: string]: unknown } = {}): Buffer {
  const filled = resources.map((resource, i) => ({ mode: 'managed', type: 'aws_vpc', name: `r${i}`, provider: aws, instances: [], ...resource }))
  return Buffer.from(JSON.stringify({ version: 4, terraform_version: '1.11.4', serial: 3, lineage, outputs: {}, resources: filled, check_results: null, ...rest }, null, 2))
}

export const one = (type: string, attributes: object, more: Instance = {}, resource: Resource = {}): Buffer =>
  state([{ type, name: 'it', ...resource, instances: [{ schema_version: 0, attributes, sensitive_attributes: [], ...more }] }])

/** As OpenTofu documents and its source writes it: recorded in form, not made by the program. */
export function encrypted(rest: { [name: string]: unknown } = {}): Buffer {
  const meta = { 'key_provider.pbkdf2.mykey': Buffer.from(JSON.stringify({ salt: 'q83vEjRWeJA=', iterations: 600000, hash_function: 'sha512', key_length: 32 })).toString('base64') }
  return Buffer.from(JSON.stringify({ serial: 12, lineage, meta, encrypted_data: Buffer.alloc(4000, 7).toString('base64'), encryption_version: 'v0', ...rest }))
}

export function codeOf(work: () => unknown): string {
  try {
    work()
    return 'accepted'
  } catch (error) {
    return (error as TfstateError).code
  }
}

export const digestOf = (facts: StateFacts, address: string): string | undefined => facts.instances.find((instance) => instance.address === address)?.digest
