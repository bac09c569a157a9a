/** States and plans of the real program: addresses, digests, outputs and reconciliation as it makes them. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { classifyChanges, decodePlanText, parsePlan, readRedacted, redactPlan } from '../../src/plan/index.ts'
import { compareStates, outputsOnly, readState, reconcile, redactedAddresses, redactState } from '../../src/tfstate/index.ts'
import type { Planned, Reconciliation } from '../../src/tfstate/index.ts'
import { hasTerraform, Scratch } from '../plan/terraform.ts'

const program = process.env['TERRAFORM_BIN'] ?? 'terraform'
const run = (folder: string, ...args: string[]): string => execFileSync(program, [`-chdir=${folder}`, ...args], { encoding: 'utf8', env: { ...process.env, CHECKPOINT_DISABLE: '1' }, stdio: ['ignore', 'pipe', 'pipe'] })

const child = `
variable "secret" {
  type      = string
  sensitive = true
}
resource "terraform_data" "inner" {
  for_each = toset(["a.b", "q\\"uote", "$\${x}", "größe\\n\\u200b"])
  input    = { key = each.key, secret = var.secret }
}
`
const main = (more: string): string => `
variable "secret" {
  type      = string
  sensitive = true
  default   = "CANARY-4711-x"
}
module "m" {
  source   = "./child"
  for_each = toset(["one", "two.three"])
  secret   = var.secret
}
resource "terraform_data" "count" {
  count = 2
  input = var.secret
}
resource "terraform_data" "other" {
  input = { inner = sensitive("CANARY-other-0815"), shown = "visible" }
}
resource "terraform_data" "leak" {
  for_each = toset([nonsensitive(var.secret)])
  input    = "beside"
}
data "terraform_remote_state" "none" {
  backend  = "local"
  config   = { path = "\${path.module}/other.tfstate" }
  defaults = { a = "b" }
}
output "marked" {
  value     = { a = var.secret }
  sensitive = true
}
output "list" {
  value = [1, 2.5, 12345678901234567890]
}
${more}
`

const first = main(`
resource "terraform_data" "kept" { input = "one" }
resource "terraform_data" "updated" { input = "one" }
resource "terraform_data" "replaced" { triggers_replace = "one" }
resource "terraform_data" "cbd" {
  triggers_replace = "one"
  lifecycle { create_before_destroy = true }
}
resource "terraform_data" "old" { input = "moved" }
resource "terraform_data" "deleted" { input = "x" }
resource "terraform_data" "forgotten" { input = "x" }
`)
const second = main(`
resource "terraform_data" "kept" { input = "one" }
resource "terraform_data" "updated" { input = "two" }
resource "terraform_data" "replaced" { triggers_replace = "two" }
resource "terraform_data" "cbd" {
  triggers_replace = "two"
  lifecycle { create_before_destroy = true }
}
resource "terraform_data" "new" { input = "moved" }
moved {
  from = terraform_data.old
  to   = terraform_data.new
}
removed {
  from = terraform_data.forgotten
  lifecycle { destroy = false }
}
resource "terraform_data" "created" {
  for_each = toset(["x", "y"])
  input    = each.key
}
output "extra" { value = "new" }
`)

describe.skipIf(!hasTerraform())('with the real terraform', () => {
  let scratch: Scratch
  let before: Buffer
  let after: Buffer
  let planned: Planned[]
  let outputsPlanned: string[]
  const stateFile = (): Buffer => readFileSync(join(scratch.folder, 'terraform.tfstate'))

  beforeAll(() => {
    scratch = new Scratch()
    execFileSync('mkdir', [join(scratch.folder, 'child')])
    scratch.write('child/main.tf', child)
    scratch.write('other.tfstate', JSON.stringify({ version: 4, terraform_version: '1.11.4', serial: 1, lineage: 'x', outputs: {}, resources: [] }))
    scratch.write('main.tf', first)
    scratch.init()
    scratch.plan('first')
    scratch.apply('first')
    before = stateFile()
    scratch.write('main.tf', second)
    const plan = readRedacted(redactPlan(parsePlan(decodePlanText(scratch.plan('second')))).text)
    planned = classifyChanges(plan).map(({ address, class: action, resource }) => ({ address, action, ...(resource.previous_address === undefined ? {} : { previousAddress: resource.previous_address }) }))
    outputsPlanned = Object.entries(plan.output_changes).filter(([, change]) => change.actions.some((action) => action !== 'no-op')).map(([name]) => name)
    scratch.apply('second')
    after = stateFile()
  })

  afterAll(() => scratch.remove())

  test('addresses are those of terraform state list, but for the key that is a secret', () => {
    const listed = run(scratch.folder, 'state', 'list').trim().split('\n').sort()
    const shown = redactedAddresses(readState(after)).map((address) => address.replace('(masked:sensitive 1)', 'CANARY-4711-x'))
    expect(shown.sort()).toEqual(listed)
    expect(listed).toContain('module.m["two.three"].terraform_data.inner["a.b"]')
  })

  test('what was applied agrees with what was planned', () => {
    const verdict = reconcile(planned, compareStates(readState(before), readState(after)), outputsPlanned)
    expect(verdict).toEqual({ judged: true, agrees: true, unexpected: [], missing: [] })
    const diff = compareStates(readState(before), readState(after))
    expect(diff.added).toEqual(['terraform_data.created["x"]', 'terraform_data.created["y"]', 'terraform_data.new'])
    expect(diff.removed).toEqual(['terraform_data.deleted', 'terraform_data.forgotten', 'terraform_data.old'])
    expect(diff.changed).toEqual(['terraform_data.cbd', 'terraform_data.replaced', 'terraform_data.updated'])
  })

  test('a change that was not planned is named', () => {
    const tampered = (change: (text: string) => string): Reconciliation => reconcile(planned, compareStates(readState(before), readState(Buffer.from(change(after.toString())))), outputsPlanned)
    const kept = /("name": "kept",[^]*?"value": )"one"/
    expect(kept.test(after.toString())).toBe(true)
    expect(tampered((text) => text.replace(kept, '$1"three"')).unexpected).toEqual([{ address: 'terraform_data.kept', change: 'changed' }])
    expect(tampered((text) => text.replace(/("name": "kept",\s*"provider": )"[^\n]*/, '$1"provider[\\"registry.evil.example/x/y\\"]",')).unexpected).toEqual([{ address: 'terraform_data.kept', change: 'changed' }])
    expect(tampered((text) => text.replace('"name": "kept"', '"name": "intruder"')).unexpected).toEqual([{ address: 'terraform_data.intruder', change: 'added' }, { address: 'terraform_data.kept', change: 'removed' }])
    expect(tampered((text) => text.replace('"value": "new"', '"value": "other"').replace('"serial": ', '"serial": 1')).agrees).toBe(true)
    expect(tampered((text) => text.replace('12345678901234567890', '12345678901234567891')).unexpected).toEqual([{ address: 'output.list', change: 'changed' }])
  })

  test('a tainted instance is a change, and a refresh is none', () => {
    const kept = readState(stateFile())
    run(scratch.folder, 'apply', '-refresh-only', '-auto-approve', '-input=false')
    expect(compareStates(kept, readState(stateFile()))).toEqual(compareStates(kept, kept))
    run(scratch.folder, 'taint', 'terraform_data.kept')
    expect(compareStates(kept, readState(stateFile())).changed).toEqual(['terraform_data.kept'])
    run(scratch.folder, 'untaint', 'terraform_data.kept')
    expect(compareStates(kept, readState(stateFile())).changed).toEqual([])
  })

  test('the secret stands nowhere in facts and copies, and terraform still reads the copies', () => {
    const redacted = Buffer.from(redactState(after))
    const derived = redacted.toString() + JSON.stringify(readState(after))
    expect(after.toString()).toContain('CANARY')
    expect(redacted.toString()).toContain('visible')
    for (const form of ['CANARY', '4711', '0815', Buffer.from('CANARY').toString('base64').slice(0, 7)]) expect(derived).not.toContain(form)
    expect(readState(after).secrets.map(({ address, why }) => [address, why])).toContainEqual(['output.marked', 'sensitive'])
    expect(readState(after).secrets.map(({ address, path }) => `${address} ${path}`)).toContain('terraform_data.other input.inner')
    writeFileSync(join(scratch.folder, 'redacted.tfstate'), redacted)
    expect(run(scratch.folder, 'state', 'list', '-state=redacted.tfstate')).toContain('terraform_data.leak["(masked:sensitive')
    expect(run(scratch.folder, 'show', '-json', 'redacted.tfstate')).toContain('terraform_data.kept')
  })

  test('terraform output and terraform_remote_state work with the outputs alone', () => {
    writeFileSync(join(scratch.folder, 'outputs.tfstate'), outputsOnly(after))
    expect(run(scratch.folder, 'output', '-state=outputs.tfstate', '-json')).toBe(run(scratch.folder, 'output', '-json'))
    expect(run(scratch.folder, 'state', 'list', '-state=outputs.tfstate')).toBe('')
    const reader = new Scratch()
    try {
      reader.write('main.tf', `
data "terraform_remote_state" "it" {
  backend = "local"
  config  = { path = ${JSON.stringify(join(scratch.folder, 'outputs.tfstate'))} }
}
output "got" {
  value     = data.terraform_remote_state.it.outputs
  sensitive = true
}
`)
      reader.init()
      reader.plan('p')
      reader.apply('p')
      expect(run(reader.folder, 'output', '-json', 'got')).toContain('CANARY-4711-x')
    } finally {
      reader.remove()
    }
  })
})
