/** `@countersign/rego/test-runner`: the rules that are called `test_...`, and which lines they reach. */
export type { CoverageReport, FileCoverage, Range } from './coverage.ts'
export { findTests, type Test } from './find.ts'
export { runTests, type TestOptions, type TestReport, type TestResult } from './run.ts'
