/** The verbs of the command and their options. Where `opa` has the same, it has the same name. */
import type { Option, Verb } from './table.ts'

const compatible: readonly Option[] = [
  { name: 'v0-compatible', about: 'read modules as Rego v0, as OPA before 1.0 did' },
  { name: 'v1-compatible', about: 'read modules as Rego v1, which is usual' },
]
const bundle: Option = { name: 'bundle', short: 'b', value: 'PATH', many: true, about: 'load a bundle: a folder or a .tar.gz' }
const bundles: Option = { name: 'bundle', short: 'b', about: 'the paths are bundles' }
const ignore: Option = { name: 'ignore', value: 'PATTERN', many: true, about: 'leave out files and folders of this name; * matches anything' }
const capabilities: Option = { name: 'capabilities', value: 'FILE', about: 'a JSON list of the builtins that policies may call' }
const timeout: Option = { name: 'timeout', value: 'DURATION', usual: '30s', about: 'stop an evaluation after this time, such as 500ms or 5s' }

export const verbs: readonly Verb[] = [
  {
    name: 'eval',
    operands: '[options] QUERY',
    about: 'Evaluates a query over policies, documents and an input.',
    options: [
      { name: 'data', short: 'd', value: 'PATH', many: true, about: 'load policies and documents: a file or a folder' },
      bundle,
      { name: 'input', short: 'i', value: 'FILE', about: 'the input document, as JSON or YAML' },
      { name: 'stdin-input', short: 'I', about: 'read the input document from standard input' },
      { name: 'stdin', about: 'read the query from standard input' },
      { name: 'package', value: 'NAME', about: 'the package whose rules the query sees by their own names' },
      { name: 'format', short: 'f', value: 'FORMAT', choices: ['json', 'pretty', 'values', 'bindings', 'raw', 'discard'], usual: 'json', about: 'what to print' },
      { name: 'fail', about: 'exit with 1 where the query is undefined' },
      { name: 'fail-defined', about: 'exit with 1 where the query is defined' },
      { name: 'strict-builtin-errors', short: 'E', about: 'stop at the first error of a builtin' },
      { name: 'coverage', about: 'add a report of the lines that were reached' },
      ...compatible, ignore, capabilities, timeout,
    ],
    examples: [
      ["rego eval -d policy.rego -i plan.json 'data.terraform.deny'", 'what a policy says about an input'],
      ["rego eval -d policies/ -i plan.json --fail-defined --format pretty 'data.terraform.deny[_]'", 'fail where anything is denied'],
      ["rego eval --v0-compatible -d old.rego 'data.main.allow'", 'a policy from before OPA 1.0'],
      ["rego eval --format raw 'concat(\"-\", [\"a\", \"b\"])'", 'try a builtin'],
    ],
    exits: [[0, 'evaluated'], [1, '--fail or --fail-defined applies'], [2, 'an error']],
  },
  {
    name: 'test',
    operands: '[options] PATH...',
    about: 'Runs the rules that are called test_...',
    options: [
      bundles,
      { name: 'run', short: 'r', value: 'PATTERN', about: 'only tests whose name matches' },
      { name: 'verbose', short: 'v', about: 'a line for each test, and what it prints' },
      { name: 'coverage', short: 'c', about: 'report the lines that tests reached, as JSON' },
      { name: 'threshold', short: 't', value: 'PERCENT', about: 'fail where coverage is lower' },
      { name: 'format', short: 'f', value: 'FORMAT', choices: ['pretty', 'json'], usual: 'pretty', about: 'what to print' },
      ...compatible, ignore, capabilities, timeout,
    ],
    examples: [['rego test policies/', 'all tests below a folder'], ["rego test -v -r 's3' policies/", 'some of them, one line each'], ['rego test --coverage --threshold 80 policies/', 'fail below 80 %']],
    exits: [[0, 'all tests passed'], [1, 'the tests could not be loaded'], [2, 'a test failed, or coverage is too low']],
  },
  {
    name: 'check',
    operands: '[options] PATH...',
    about: 'Parses and compiles policies, and says what is wrong with them.',
    options: [
      bundles,
      { name: 'strict', short: 'S', about: 'also what is unused, hidden or deprecated' },
      { name: 'format', short: 'f', value: 'FORMAT', choices: ['pretty', 'json'], usual: 'pretty', about: 'what to print' },
      ...compatible, ignore, capabilities,
    ],
    examples: [['rego check policies/', 'can these policies be used?'], ['rego check --strict --format json policies/', 'everything that is worth a look, for a script']],
    exits: [[0, 'nothing is wrong'], [1, 'something is']],
  },
  {
    name: 'conformance',
    operands: '[options] DIR',
    about: 'Runs conformance cases: JSON files of {"cases": [...]}, a folder for each group.',
    options: [
      { name: 'json', about: 'every case, as JSON' },
      { name: 'verbose', short: 'v', about: 'say why cases fail' },
    ],
    examples: [['rego conformance cases/', 'a line for each group, and the sums']],
    exits: [[0, 'all cases passed'], [1, 'the folder cannot be read'], [2, 'a case failed']],
  },
  {
    name: 'builtins',
    operands: '[options]',
    about: 'Lists the builtins with their types.',
    options: [{ name: 'format', short: 'f', value: 'FORMAT', choices: ['pretty', 'json', 'markdown'], usual: 'pretty', about: 'what to print' }],
    examples: [['rego builtins --format json', 'the list, for a script']],
    exits: [[0, 'always']],
  },
]
