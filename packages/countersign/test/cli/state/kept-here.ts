/** What the tests of the command line with the state kept by the real server share. */
import type { SignedIn } from '../signed-in.ts'
import { codeShown, type Options, type Run } from '../terminal.ts'

export const name = 'payments/billing-prod'

/** Countersigns every code that is shown, each once; `told` has them in their order. */
export function everyCode({ person }: Pick<SignedIn, 'person'>, told: string[] = [], shown: RegExp = codeShown): NonNullable<Options['onOutput']> {
  const pattern = new RegExp(shown, 'g')
  return (soFar) => {
    for (const [, code = ''] of soFar.matchAll(pattern)) {
      if (told.includes(code)) continue
      told.push(code)
      void person.countersign(code)
    }
  }
}

/** The command, with whatever it asks countersigned. */
export async function signs(at: SignedIn, args: readonly string[], options: Options & { told?: string[] } = {}): Promise<Run> {
  const { told, ...rest } = options
  return await at.terminal.run(args, { ...rest, onOutput: everyCode(at, told) })
}

export function stateOf(serial: number, names: readonly string[], more: { lineage?: string; output?: unknown } = {}): string {
  const { lineage = '11111111-2222-3333-4444-555555555555', output = 'x' } = more
  const resources = names.map((one) => ({
    mode: 'managed', type: 'terraform_data', name: one, provider: 'provider["terraform.io/builtin/terraform"]',
    instances: [{ schema_version: 0, attributes: { id: one, input: null, output: null, triggers_replace: null } }],
  }))
  return JSON.stringify({ version: 4, terraform_version: '1.11.4', serial, lineage, outputs: { address: { value: output, type: 'string' } }, resources, check_results: null })
}

export const json = (run: Run): Record<string, unknown> => JSON.parse(run.stdout) as Record<string, unknown>

type Variables = Readonly<Record<string, string>>

/** Terraform's HTTP client, as far as a test needs it. */
export async function wire(variables: Variables, method: string, address: string, body?: string): Promise<{ status: number; text: string }> {
  const credentials = Buffer.from(`${variables['TF_HTTP_USERNAME'] ?? ''}:${variables['TF_HTTP_PASSWORD'] ?? ''}`).toString('base64')
  const answer = await fetch(address, { method, headers: { authorization: `Basic ${credentials}`, 'content-type': 'application/json' }, ...(body === undefined ? {} : { body }) })
  return { status: answer.status, text: await answer.text() }
}

export const lockInfo = (id: string): string => JSON.stringify({ ID: id, Operation: 'OperationTypeApply', Info: '', Who: 'eve@laptop', Version: '1.11.4', Created: '2026-01-01T00:00:00Z', Path: '' })
