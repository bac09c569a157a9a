/** `countersign apply` where terraform's state is kept by the server itself: it gets the credentials that terraform needs on its own. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { signedIn, type SignedIn } from '../signed-in.ts'
import { buildFirst, hasTerraform } from '../terminal.ts'
import { json, name, signs } from './kept-here.ts'

buildFirst()

async function initialised(environment: Record<string, string | undefined> = {}): Promise<SignedIn> {
  const at = await signedIn()
  at.terminal.environment = { ...at.terminal.environment, ...environment }
  at.terminal.write('main.tf', 'resource "terraform_data" "x" {\n  input = "one"\n}\n')
  await at.terminal.run(['state', 'init', '--write', '--workspace', name])
  expect((await signs(at, ['run', '--', 'terraform', 'init', '-input=false'])).code).toBe(0)
  return at
}

function allText(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1')).join('\n')
}

describe.skipIf(!hasTerraform())('countersign apply with the state kept here', () => {
  it('asks for the plan\'s credential and lock and for the run, and never for the apply\'s; no secret is in anything that stays', async () => {
    // The workspace is what the backend of the folder says: nothing else names it.
    const at = await initialised({ COUNTERSIGN_WORKSPACE: undefined })
    const { terminal, person } = at
    const told: string[] = []
    const run = await signs(at, ['apply', '--json', '--evidence', 'evidence.json'], { told })
    expect(run.code, run.all).toBe(0)
    expect(told, run.all).toHaveLength(3)
    expect(run.stderr).toMatch(/a credential to plan[^]*Waiting for you[^]*a lock to plan[^]*Risk:[^]*Apply complete/)
    const shown = JSON.parse((await terminal.run(['state', 'show', '--json'])).stdout) as { version: number; serial: number; lineage: string; digest: string; lock: unknown }
    expect(shown).toMatchObject({ version: 1, lock: null })
    expect(json(run)).toMatchObject({ result: 'applied', workspace: name, reported: true, state: { serial: shown.serial, lineage: shown.lineage, digest: shown.digest } })

    const { runs } = await person.must('GET', '/api/v1/runs') as { runs: { id: string }[] }
    const { subject } = await person.must('GET', `/api/v1/runs/${runs[0]?.id ?? ''}`) as { subject: string }
    const statement = JSON.parse(subject) as { variables: { name: string }[]; arguments: string[]; workspace: { backend: { type: string } } }
    expect(statement.workspace.backend.type).toBe('http')
    expect(statement.variables.map((one) => one.name).filter((one) => one.startsWith('TF_HTTP'))).toEqual([])
    expect(statement.arguments).toContain('-lock-timeout=15m')
    expect(allText(terminal.home)).not.toContain('cst_')
    const credentials = JSON.parse((await terminal.run(['state', 'credentials', '--all', '--json'])).stdout) as { status: string; phase: string; run: string }[]
    expect(credentials.map((one) => `${one.phase} ${one.status}${one.run === '' ? '' : ' of the run'}`).sort()).toEqual(['apply revoked of the run', 'plan revoked', 'plan revoked'])
  })

  it('uses what the shell has already, and refuses a run of another workspace than the state\'s', async () => {
    const at = await initialised()
    const { terminal } = at
    const other = await terminal.run(['plan', '--workspace', 'payments/other'])
    expect(other.stderr).toContain('(state_of_another)')
    expect(other.all).not.toContain('what you sign')
    const { variables } = json(await signs(at, ['state', 'init', '--env', '--json', '--phase', 'plan'])) as { variables: Record<string, string> }
    const told: string[] = []
    const plan = await signs(at, ['plan'], { told, environment: variables })
    expect(plan.code, plan.all).toBe(2)
    expect(plan.all).not.toContain('a credential to plan')
    const wrong = await terminal.run(['plan'], { environment: { TF_HTTP_USERNAME: 'stc_0', TF_HTTP_PASSWORD: 'cst_old' } })
    expect(wrong.stderr).toContain('does not take TF_HTTP_USERNAME and TF_HTTP_PASSWORD')
    expect(wrong.code).toBe(1)
  })
})
