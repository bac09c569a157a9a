/** `rego test`. */
import { compileModules } from '../compile/compile.ts'
import { runTests, type TestResult } from '../test-runner/run.ts'
import type { Value } from '../value/index.ts'
import { capabilitiesOf, load, millisecondsOf } from './load.ts'
import type { Io } from './main.ts'
import { prettyJson } from './render.ts'
import { type Parsed, UsageError } from './table.ts'

export function testCommand(options: Parsed, io: Io): number {
  if (options.operands.length === 0) throw new UsageError('a path is missing')
  const threshold = options.one('threshold')
  const least = threshold === undefined ? undefined : Number(threshold)
  if (least !== undefined && !(least >= 0 && least <= 100)) throw new UsageError(`--threshold: ${threshold ?? ''} is not a percentage`)
  const covers = options.has('coverage') || least !== undefined
  const bundles = options.has('bundle')
  const { modules, data } = load(bundles ? [] : options.operands, options, bundles ? options.operands : [])
  const program = compileModules(modules, capabilitiesOf(options))
  const report = runTests(program, { data, budget: { milliseconds: millisecondsOf(options) }, coverage: covers, ...only(options) })
  const json = options.one('format') === 'json'
  if (json && !covers) io.out(`${prettyJson(report.results.map(resultValue))}\n`)
  else if (!covers) io.out(pretty(report.results, options.has('verbose')))
  else {
    // with coverage the report is the answer; failures still say why
    if (!report.passed) io.err(pretty(report.results, options.has('verbose')))
    const { coverage } = report
    if (coverage !== undefined && options.has('coverage')) io.out(`${prettyJson(coverage)}\n`)
    if (coverage !== undefined && least !== undefined && coverage.coverage < least) {
      io.err(`Code coverage threshold not met: got ${coverage.coverage.toFixed(2)} instead of ${least.toFixed(2)}\n`)
      return 2
    }
  }
  return report.passed ? 0 : 2
}

function only(options: Parsed): { only?: RegExp } {
  const pattern = options.one('run')
  if (pattern === undefined) return {}
  try {
    return { only: new RegExp(pattern, 'u') }
  } catch {
    throw new UsageError(`--run: ${pattern} is not a pattern`)
  }
}

const marks = { pass: 'PASS', fail: 'FAIL', error: 'ERROR', skipped: 'SKIPPED' } as const

function pretty(results: readonly TestResult[], verbose: boolean): string {
  const lines: string[] = []
  let file = ''
  for (const result of results) {
    if (!verbose && (result.outcome === 'pass' || result.outcome === 'skipped')) continue
    if (result.location.file !== file) lines.push(`${result.location.file}:`)
    file = result.location.file
    lines.push(`${result.package}.${result.name}: ${marks[result.outcome]} (${duration(result.milliseconds)})`)
    if (result.detail !== '') lines.push(`  ${result.detail}`)
    for (const { text } of result.printed) lines.push(`  ${text}`)
  }
  if (lines.length > 0) lines.push('-'.repeat(80))
  const count = (outcome: TestResult['outcome']): number => results.filter((result) => result.outcome === outcome).length
  for (const outcome of ['pass', 'fail', 'error', 'skipped'] as const) if (count(outcome) > 0) lines.push(`${marks[outcome]}: ${count(outcome)}/${results.length}`)
  if (results.length === 0) lines.push('no test cases found')
  return `${lines.join('\n')}\n`
}

const duration = (milliseconds: number): string => (milliseconds < 1 ? `${Math.round(milliseconds * 1000)}µs` : `${milliseconds.toFixed(3)}ms`)

function resultValue({ location, package: place, name, outcome, detail, milliseconds, printed }: TestResult): Value {
  return {
    location: { ...location }, package: place, name, duration: Math.round(milliseconds * 1e6),
    ...(outcome === 'fail' ? { fail: true } : {}), ...(outcome === 'error' ? { error: detail } : {}), ...(outcome === 'skipped' ? { skip: true } : {}),
    ...(printed.length === 0 ? {} : { output: printed.map(({ text }) => text).join('\n') }),
  }
}
