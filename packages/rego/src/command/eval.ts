/** `rego eval`. */
import { compileModules } from '../compile/compile.ts'
import { evaluate, type Evaluation } from '../evaluate/evaluate.ts'
import { coverage } from '../test-runner/coverage.ts'
import { parseModule } from '../syntax/parse.ts'
import { stringifyJson, type Value } from '../value/index.ts'
import { capabilitiesOf, inputOf, load, millisecondsOf, versionOf } from './load.ts'
import { frame, prettyJson } from './render.ts'
import type { Io } from './main.ts'
import { type Parsed, UsageError } from './table.ts'

export function evalCommand(options: Parsed, io: Io): number {
  if (options.has('stdin') && options.has('stdin-input')) throw new UsageError('--stdin and --stdin-input both read standard input')
  const query = options.has('stdin') ? io.stdin().trim() : options.operands.join(' ')
  if (query === '') throw new UsageError('a query is missing')
  if (!options.has('stdin') && options.operands.length > 1) throw new UsageError(`one query is expected; put it into quotes: '${query}'`)
  const { modules, data } = load(options.all('data'), options, options.all('bundle'))
  const program = compileModules(modules, capabilitiesOf(options))
  const milliseconds = millisecondsOf(options)
  const covers = options.has('coverage')
  const answer = evaluate(program, query, {
    data, input: inputOf(options, () => io.stdin()), strict: options.has('strict-builtin-errors'), budget: { milliseconds }, coverage: covers, ...module(options),
  })
  for (const { text } of answer.printed) io.err(`${text}\n`)
  const report = covers ? { coverage: { ...coverage(modules, answer.covered) } as unknown as Value } : {}
  io.out(shown(answer, options.one('format') ?? 'json', report))
  const defined = answer.results.length > 0
  return (options.has('fail') && !defined) || (options.has('fail-defined') && defined) ? 1 : 0
}

function module(options: Parsed): { module?: Extract<ReturnType<typeof parseModule>, { ok: true }>['value'] } {
  const name = options.one('package')
  const version = versionOf(options)
  if (name === undefined && version === 'v1') return {}
  const parsed = parseModule(`package ${(name ?? 'main').replace(/^data\./, '')}`, { version })
  if (!parsed.ok) throw new UsageError(`--package: ${name ?? ''} is not the name of a package`)
  return { module: name === undefined ? { ...parsed.value, package: [] } : parsed.value }
}

function shown({ results }: Evaluation, format: string, report: { readonly [name: string]: Value }): string {
  const values = results.map(({ expressions }) => expressions.map(({ value }) => value))
  switch (format) {
    case 'discard': return ''
    case 'raw': return values.map((row) => `${row.map((value) => (typeof value === 'string' ? value : stringifyJson(value))).join(' ')}\n`).join('')
    case 'values': return `${prettyJson(values)}\n`
    case 'bindings': return `${prettyJson(results.map(({ bindings }) => bindings))}\n`
    case 'pretty': return `${pretty(results)}\n${Object.values(report).map((one) => `${prettyJson(one)}\n`).join('')}`
    default: {
      const rows = results.map(({ expressions, bindings }) => ({
        expressions: expressions.map(({ value, text, location }) => ({ value, text, location: { row: location.row, col: location.col } })),
        ...(Object.keys(bindings).length === 0 ? {} : { bindings }),
      }))
      return `${prettyJson({ ...(rows.length === 0 ? {} : { result: rows }), ...report })}\n`
    }
  }
}

function pretty(results: Evaluation['results']): string {
  const [first] = results
  if (first === undefined) return 'undefined'
  const names = Object.keys(first.bindings)
  if (results.length === 1 && names.length === 0 && first.expressions.length === 1) return prettyJson(first.expressions[0]?.value ?? null)
  // expressions that are only true say nothing beside bindings
  const columns = first.expressions.map((one, index) => ({ one, index })).filter(({ one, index }) => names.length === 0 || results.some((result) => result.expressions[index]?.value !== true && one.text !== ''))
  const head = [...names, ...columns.map(({ one }) => one.text)]
  return frame(head, results.map(({ bindings, expressions }) => [...names.map((name) => stringifyJson(bindings[name] ?? null)), ...columns.map(({ index }) => stringifyJson(expressions[index]?.value ?? null))]))
}
