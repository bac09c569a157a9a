/**
 * `npm run -s bench [-- --json] [--only NAME]`: every measured promise of the project, side by side with what it is compared
 * with, in one run. `--json` prints one array of {name, ours, other, ratio, goal, holds, unit, note} and nothing else.
 */
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

export type BenchRow = { name: string; ours: number; other: number; ratio: number; goal: string; holds: boolean; unit: string; note: string }

const root = resolve(import.meta.dirname, '..')
const suites: [string, string][] = [
  ['assertion', 'packages/proof/bench/assertion.ts'],
  ['plan', 'packages/countersign/bench/plan.ts'],
  ['start', 'packages/countersign/bench/start.ts'],
  ['apply', 'packages/countersign/bench/apply.ts'],
  ['hcl-parse', 'packages/hcl/bench/parse.ts'],
  ['hcl-evaluate', 'packages/hcl/bench/evaluate.ts'],
  ['token', 'packages/countersign/bench/token.ts'],
  ['rego', 'packages/rego/bench/evaluate.ts'],
  ['state', 'packages/countersign/bench/state.ts'],
  ['people', 'packages/countersign/bench/people.ts'],
  ['envelope', 'packages/countersign/bench/envelope.ts'],
  ['ledger', 'packages/countersign/bench/ledger.ts'],
  ['consume', 'packages/countersign/bench/consume.ts'],
  ['consume-postgres', 'packages/countersign/bench/consume-postgres.ts'],
]

const json = process.argv.includes('--json')
const at = process.argv.indexOf('--only')
const only = at < 0 ? '' : (process.argv[at + 1] ?? '')
const rows: BenchRow[] = []

for (const [name, file] of suites) {
  if (only !== '' && !name.includes(only)) continue
  if (!json) process.stdout.write(`${name} ...\n`)
  const { run } = (await import(pathToFileURL(resolve(root, file)).href)) as { run: () => Promise<BenchRow[]> }
  const measured = await run()
  rows.push(...measured)
  if (!json) for (const row of measured) process.stdout.write(`  ${row.holds ? 'holds ' : 'FALLS '} ${row.name}: ${row.ours} ${row.unit} against ${row.other} (ratio ${row.ratio}, goal ${row.goal})${row.note ? `  ${row.note}` : ''}\n`)
}
if (json) process.stdout.write(`${JSON.stringify(rows)}\n`)
if (rows.length === 0) {
  process.stderr.write(`No benchmark is called ${only}. There are: ${suites.map(([name]) => name).join(', ')}.\n`)
  process.exitCode = 1
}
