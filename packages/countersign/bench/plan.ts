/**
 * From the bytes of `terraform show -json` to the bytes that are countersigned: decoding, redaction, digest, changes, risk, the client's
 * findings, the statement. Against `JSON.parse` of the same text, measured in turns in one run. The plan: 3,000 terraform_data.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { canonicalize } from '@countersign/proof'
import type { RunSubject } from '@countersign/proof'
import { assessRisk, classifyChanges, clientFindings, decodePlanText, mergeRisk, parsePlan, redactPlan, summarise } from '../src/plan/index.ts'

export type BenchRow = { name: string; ours: number; other: number; ratio: number; goal: string; holds: boolean; unit: string; note: string }

const resources = 3000
const goal = 2.5
const rounds = 21
const warmUp = 15
const configuration = `resource "terraform_data" "item" {
  count = ${resources}
  input = { name = "item-\${count.index}", size = count.index, tags = ["a", "b"] }
}
`

function realPlan(folder: string): Buffer {
  const program = process.env['TERRAFORM_BIN'] ?? 'terraform'
  const run = (...args: string[]): Buffer => execFileSync(program, [`-chdir=${folder}`, ...args], { stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 28 })
  writeFileSync(join(folder, 'main.tf'), configuration)
  run('init', '-input=false')
  run('plan', '-input=false', '-out=plan')
  return run('show', '-json', 'plan')
}

/** What terraform 1.11 writes for the same configuration, for machines without it. */
function equalPlan(): Buffer {
  const all = Array.from({ length: resources }, (_, i) => {
    const common = { address: `terraform_data.item[${i}]`, mode: 'managed', type: 'terraform_data', name: 'item', index: i, provider_name: 'terraform.io/builtin/terraform' }
    const values = { input: { name: `item-${i}`, size: i, tags: ['a', 'b'] }, triggers_replace: null }
    const marks = { input: { tags: [false, false] }, output: {} }
    const change = { actions: ['create'], before: null, after: values, after_unknown: { id: true, input: { tags: [false, false] }, output: true }, before_sensitive: false, after_sensitive: marks }
    return { planned: { ...common, schema_version: 0, values, sensitive_values: marks }, change: { ...common, change } }
  })
  return Buffer.from(JSON.stringify({
    format_version: '1.2', terraform_version: '1.11.4',
    planned_values: { root_module: { resources: all.map(({ planned }) => planned) } },
    resource_changes: all.map(({ change }) => change),
    configuration: { provider_config: { terraform: { name: 'terraform', full_name: 'terraform.io/builtin/terraform' } }, root_module: { resources: [{ address: 'terraform_data.item', mode: 'managed', type: 'terraform_data', name: 'item', provider_config_key: 'terraform', expressions: { input: { references: ['count.index'] } }, schema_version: 0, count_expression: { constant_value: resources } }] } },
    timestamp: '2026-11-20T19:30:00Z', applyable: true, complete: true, errored: false,
  }))
}

function thePlan(): { bytes: Buffer; note: string } {
  const folder = join(tmpdir(), `countersign-bench-plan-${createHash('sha256').update(configuration).digest('hex').slice(0, 12)}`)
  const kept = join(folder, 'plan.json')
  try {
    return { bytes: readFileSync(kept), note: 'a real plan, kept from an earlier run' }
  } catch {
    // Not made yet.
  }
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const bytes = realPlan(folder)
    writeFileSync(kept, bytes)
    return { bytes, note: 'a real plan' }
  } catch {
    return { bytes: equalPlan(), note: 'terraform is missing: an equal plan was generated' }
  }
}

const zeros = '0'.repeat(64)

/** The whole way of the command line, up to the bytes of the statement. */
function statementBytes(bytes: Uint8Array): Uint8Array {
  const raw = parsePlan(decodePlanText(bytes))
  const redaction = redactPlan(raw)
  const json = createHash('sha256').update(redaction.text, 'utf8').digest('hex')
  const changes = classifyChanges(redaction.plan)
  const summary = summarise(changes, redaction.plan)
  const risk = mergeRisk(assessRisk(changes, redaction.plan), clientFindings(raw, redaction))
  const subject: RunSubject = {
    v: 1, kind: 'run', instance: 'ins_0', org: 'org_0', action: 'run.apply', scope: 'apply', mode: 'wrapped', derivation: 'client-claimed', run: 'run_0', requester: 'usr_0', executor: 'x',
    workspace: { name: 'payments/billing-prod', environment: 'prod', enforcement: 'advisory', backend: { type: 'local', cliWorkspace: 'default', location: zeros } },
    plan: { file: zeros, json, redactor: redaction.plan.redactor },
    state: { lineage: '', serial: 0, digest: zeros }, engine: { name: 'terraform', version: '1.11.4', binary: zeros }, providers: [],
    tree: { digest: zeros, files: 1, bytes: 1, bound: true }, arguments: [], variables: [], commit: '', dirty: false, summary, risk, unbound: [],
    policy: { digest: zeros, rule: 'prod', requirement: { assurance: 'aal2', phishingResistant: true, freshSeconds: 60, selfStepUp: true, approvals: 0, approverRole: '', excludeRequester: true } },
  }
  return canonicalize(subject)
}

function milliseconds(work: () => unknown): number {
  const start = performance.now()
  work()
  return performance.now() - start
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? 0
const rounded = (value: number): number => Math.round(value * 100) / 100

export function run(): Promise<BenchRow[]> {
  const { bytes, note } = thePlan()
  const text = decodePlanText(bytes)
  const [ours, other]: [number[], number[]] = [[], []]
  for (let i = 0; i < rounds + warmUp; i++) {
    const parsing = milliseconds(() => JSON.parse(text))
    const whole = milliseconds(() => statementBytes(bytes))
    if (i < warmUp) continue
    other.push(parsing)
    ours.push(whole)
  }
  const [mine, theirs] = [median(ours), median(other)]
  const ratio = rounded(mine / theirs)
  const size = `${(bytes.length / 1e6).toFixed(2)} MB, ${resources} resources`
  return Promise.resolve([
    { name: 'plan: bytes to statement, against JSON.parse', ours: rounded(mine), other: rounded(theirs), ratio, goal: `<= ${goal}`, holds: ratio <= goal, unit: 'ms', note: `${size}; ${note}; medians of ${rounds}` },
  ])
}
