/**
 * Rego evaluated warm over whole plans, measured against JSON.parse of the same text, round by round in turn, so that what else
 * the machine does meets both alike; and what rules cost that do not apply, what compiling costs, and what importing costs.
 */
import { execFileSync } from 'node:child_process'
import { performance } from 'node:perf_hooks'
import { compile, parseJson, prepareQuery, RegoSet, type Value } from '../src/index.ts'
import { planDocument } from './documents.ts'
import { comparingRules, manyRules, tenRules } from './policies.ts'

export type BenchRow = { name: string; ours: number; other: number; ratio: number; goal: string; holds: boolean; unit: string; note: string }

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

function time(run: () => unknown): number {
  const start = performance.now()
  run()
  return performance.now() - start
}

const round = (value: number, digits = 2): number => Number(value.toFixed(digits))

function overPlans(): BenchRow[] {
  const query = prepareQuery(compile({ 'deny.rego': tenRules }), 'data.terraform.deny.deny = x')
  const rows: BenchRow[] = []
  const perResource: number[] = []
  for (const [resources, rounds] of [[200, 101], [2_000, 31], [20_000, 9]] as const) {
    const text = JSON.stringify(planDocument(resources))
    const input = JSON.parse(text) as Value
    const found = query.evaluate({ input }).results[0]?.bindings['x']
    if (!(found instanceof RegoSet) || found.size < resources / 100) throw new Error('the policies find nothing: the rate would compare nothing')
    for (let i = 0; i < Math.min(rounds, 20); i++) query.evaluate({ input })
    const ours: number[] = []
    const other: number[] = []
    const conversion: number[] = []
    for (let i = 0; i < rounds; i++) {
      ours.push(time(() => query.evaluate({ input })))
      other.push(time(() => JSON.parse(text) as Value))
      conversion.push(time(() => parseJson(text)))
    }
    const own = median(ours)
    const ratio = own / median(other)
    perResource.push(own / resources)
    const note = `${rounds} interleaved rounds; ${Math.round(text.length / resources)} characters a resource, ${found.size} denials; reading the text exactly instead of JSON.parse: ${round(median(conversion))} ms`
    rows.push({ name: `rego.deny-${resources}`, ours: round(own), other: round(median(other)), ratio: round(ratio), goal: 'at most 1', holds: ratio <= 1, unit: 'ms', note })
  }
  const growth = (perResource[2] ?? 0) / (perResource[1] ?? 1)
  rows.push({ name: 'rego.deny-linear', ours: round((perResource[2] ?? 0) * 1000), other: round((perResource[1] ?? 0) * 1000), ratio: round(growth), goal: 'at most 2', holds: growth <= 2, unit: 'µs/resource', note: '20,000 resources against 2,000: ten times as many cost at most twice as much each' })
  return rows
}

function indexed(): BenchRow {
  const input: Value = { method: 'GET', path: '/path/7', level: 50 }
  const [many, few] = [1000, 3].map((count) => prepareQuery(compile({ 'authz.rego': comparingRules(count) }), 'data.authz.allow = x'))
  if (many === undefined || few === undefined) throw new Error('two programs are compared')
  const rates = { many: [] as number[], few: [] as number[] }
  const run = (query: typeof many) => (): void => {
    for (let i = 0; i < 500; i++) query.evaluate({ input })
  }
  for (let i = 0; i < 5; i++) for (const query of [many, few]) run(query)()
  for (let i = 0; i < 31; i++) {
    rates.many.push(time(run(many)))
    rates.few.push(time(run(few)))
  }
  const [own, other] = [median(rates.many) * 2, median(rates.few) * 2]
  const ratio = own / other
  return { name: 'rego.indexed-rules', ours: round(own), other: round(other), ratio: round(ratio), goal: 'at most 3', holds: ratio <= 3, unit: 'µs', note: '1,000 rules of which three apply against those three alone' }
}

function compiling(): BenchRow {
  const text = manyRules(1000)
  const times = Array.from({ length: 15 }, () => time(() => compile({ 'many.rego': text })))
  const own = Math.min(...times)
  return { name: 'rego.compile-1000', ours: round(own), other: 150, ratio: round(own / 150), goal: 'at most 1', holds: own < 150, unit: 'ms', note: `parse and compile 1,000 rules, the fastest of 15, as other work on the machine only adds; the first time ${round(times[0] ?? 0)} ms, the median ${round(median(times))} ms` }
}

function importing(): BenchRow {
  const script = "const t = performance.now(); await import('@countersign/rego'); process.stdout.write(String(performance.now() - t))"
  const times = Array.from({ length: 9 }, () => Number(execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: import.meta.dirname, encoding: 'utf8' })))
  const own = Math.min(...times)
  return { name: 'rego.import', ours: round(own), other: 30, ratio: round(own / 30), goal: 'at most 1', holds: own < 30, unit: 'ms', note: `the built package, the fastest of 9 new processes; the median ${round(median(times))} ms` }
}

export async function run(): Promise<BenchRow[]> {
  return [...overPlans(), indexed(), compiling(), importing()]
}
