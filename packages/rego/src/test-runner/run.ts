/** Runs tests one by one: a test passes where it is true, and fails where it is false or undefined. Never throws. */
import type { Compiled } from '../compile/compile.ts'
import { CompileError, EvaluationError } from '../error.ts'
import { type EvaluateOptions, evaluate } from '../evaluate/evaluate.ts'
import type { Printed } from '../evaluate/context.ts'
import { equal, formatValue, isObject, keys, get, RegoSet, type Value } from '../value/index.ts'
import { type Covered, coverage, type CoverageReport } from './coverage.ts'
import { findTests, type Test } from './find.ts'

export type TestResult = Test & {
  readonly outcome: 'pass' | 'fail' | 'error' | 'skipped'
  /** Why it is an error, or which cases failed. */
  readonly detail: string
  readonly printed: readonly Printed[]
  readonly milliseconds: number
}

export type TestReport = { readonly results: readonly TestResult[]; readonly passed: boolean; readonly coverage: CoverageReport | undefined }

export type TestOptions = Omit<EvaluateOptions, 'coverage'> & {
  /** Only tests whose full name, `data.example.test_a`, matches. */
  readonly only?: RegExp
  readonly coverage?: boolean
  readonly clock?: () => number
}

export function runTests(program: Compiled, options: TestOptions = {}): TestReport {
  const { only, coverage: covers = false, clock = () => performance.now(), ...evaluation } = options
  const covered: Map<string, Set<number>> = new Map()
  const results: TestResult[] = []
  for (const test of findTests(program.modules)) {
    if (only !== undefined && !only.test(`${test.package}.${test.name}`)) continue
    const start = clock()
    // Rules named `todo_test_...` are listed and not run, as Open Policy Agent's own runner does.
    const outcome = test.todo ? skipped : runTest(program, test, { ...evaluation, coverage: covers }, covered)
    results.push({ ...test, ...outcome, milliseconds: clock() - start })
  }
  return {
    results,
    passed: results.every(({ outcome }) => outcome === 'pass' || outcome === 'skipped'),
    coverage: covers ? coverage(program.modules, covered) : undefined,
  }
}

type Outcome = Pick<TestResult, 'outcome' | 'detail' | 'printed'>

const skipped: Outcome = { outcome: 'skipped', detail: '', printed: [] }

function runTest(program: Compiled, test: Test, options: EvaluateOptions, covered: Map<string, Set<number>>): Outcome {
  try {
    const { results, printed, covered: noted } = evaluate(program, `${test.package}[${JSON.stringify(test.name)}]`, options)
    note(covered, noted)
    const value = results[0]?.expressions[0]?.value
    const bad = value === undefined ? [''] : failedCases(value, '')
    if (bad.length === 0) return { outcome: 'pass', detail: '', printed }
    return { outcome: 'fail', detail: bad.filter((name) => name !== '').join(', '), printed }
  } catch (error) {
    if (error instanceof EvaluationError || error instanceof CompileError) return { outcome: 'error', detail: error.message, printed: [] }
    throw error
  }
}

/** A test of cases is an object with a value for each: all must be true. */
function failedCases(value: Value, name: string): string[] {
  if (equal(value, true)) return []
  if (isObject(value)) return keys(value).flatMap((key) => failedCases(get(value, key) ?? null, `${name}[${typeof key === 'string' ? JSON.stringify(key) : formatValue(key)}]`))
  if (value instanceof RegoSet) return value.size > 0 ? [] : ['']
  return [name]
}

function note(all: Map<string, Set<number>>, some: Covered): void {
  for (const [file, places] of some) {
    const known = all.get(file) ?? new Set()
    for (const place of places) known.add(place)
    all.set(file, known)
  }
}
