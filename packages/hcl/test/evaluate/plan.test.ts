import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { evaluateModule, type Plain, toPlain } from '../../src/evaluate/index.ts'
import { loadModule } from '../../src/load/module.ts'
import { hasTerraform } from '../support/terraform.ts'
import { folderLoader } from './folder-loader.ts'

/** Planned resources of a configuration of modules, variables, count and for_each: by address what `input` will be. */
type Planned = Record<string, Plain>

const source = resolve(import.meta.dirname, 'plan')
const file = resolve(import.meta.dirname, 'recorded', 'plan.json')

function ours(): Planned {
  const loader = folderLoader(source)
  const { module, diagnostics } = loadModule(loader)
  const root = evaluateModule(module, new Map(), { files: loader, workspace: 'default' })
  root.check()
  expect([...diagnostics, ...root.diagnostics]).toEqual([])
  return Object.fromEntries([...root.resources()].map(({ address, body }) => [address, toPlain(body.arguments.get('input')?.value ?? { type: { kind: 'any' }, data: null, marks: 0 })]))
}

type Json = null | string | number | boolean | Json[] | { [name: string]: Json }
type Change = { address: string; change: { after: { input: Json }; after_unknown: { input: Json }; after_sensitive: { input: Json } } }

/** What is known, with what is unknown or sensitive in its place. */
function merged(value: Json | undefined, open: Json | undefined, secret: Json | undefined): Plain {
  if (secret === true) return { sensitive: true }
  if (open === true) return { unknown: true }
  const at = (from: Json | undefined, key: string): Json | undefined => (from !== null && typeof from === 'object' ? (from as Record<string, Json>)[key] : undefined)
  if (Array.isArray(value)) return value.map((one, i) => merged(one, at(open, String(i)), at(secret, String(i))))
  if (value === null || value === undefined || typeof value !== 'object') return value ?? null
  const names = new Set([...Object.keys(value), ...Object.keys(open !== null && typeof open === 'object' ? open : {})])
  return Object.fromEntries([...names].filter((name) => name in value || at(open, name) === true).map((name) => [name, merged(value[name], at(open, name), at(secret, name))]))
}

function theirs(): Planned {
  const program = process.env['TERRAFORM_BIN'] ?? 'terraform'
  const folder = mkdtempSync(join(tmpdir(), 'hcl-plan-'))
  const env: NodeJS.ProcessEnv = { ...process.env, CHECKPOINT_DISABLE: '1' }
  for (const name of Object.keys(env)) if (name.startsWith('TF_')) delete env[name]
  const run = (...args: string[]): string => execFileSync(program, args, { cwd: folder, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 26 })
  try {
    cpSync(source, folder, { recursive: true })
    run('init', '-no-color', '-input=false')
    run('plan', '-no-color', '-input=false', '-out=p')
    const { resource_changes: changes } = JSON.parse(run('show', '-json', 'p')) as { resource_changes: Change[] }
    return Object.fromEntries(changes.map(({ address, change }) => [address, merged(change.after.input, change.after_unknown.input, change.after_sensitive.input)]))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * Terraform 1.11 does not carry the mark of an output that is declared sensitive to the module that called; its documentation says that it is
 * treated as sensitive, and that is what we do.
 */
function withoutOutputMark(planned: Planned): Planned {
  const { 'terraform_data.outputs': outputs, ...rest } = planned
  return { ...rest, 'terraform_data.outputs': { ...(outputs as Record<string, Plain>), hidden: 'h-pair0' } }
}

describe('a configuration against the plan that Terraform makes of it', () => {
  test('every instance has the planned input, known, unknown and sensitive where the plan has it', () => {
    expect(withoutOutputMark(ours())).toEqual(JSON.parse(readFileSync(file, 'utf8')))
  })

  test.skipIf(!hasTerraform)('the recorded plan is what terraform makes today', () => {
    const now = theirs()
    if (process.env['HCL_RECORD_PLAN'] === '1') writeFileSync(file, `${JSON.stringify(now, null, 1)}\n`)
    expect(now).toEqual(JSON.parse(readFileSync(file, 'utf8')))
  })
})
