/** The commands: their options, their help, and where they are. */
import type { Options, Words } from './words.ts'

interface Command {
  readonly usage: string
  readonly about: string
  readonly details: string
  readonly options: Options
  readonly load: () => Promise<(words: Words) => number | Promise<number>>
}

/** All commands by name. */
export const commands: Readonly<Record<string, Command>> = {
  check: {
    usage: 'check [--json] FILE|DIR...',
    about: 'parse files, one finding a line',
    details: `Reads .tf, .tofu, .tfvars, .hcl and their .json forms; a directory with all below it, without .terraform. "-" is standard input.
A finding is FILE:LINE:COLUMN-LINE:COLUMN: severity: what [code].

  --json    one JSON object: {"files", "errors", "diagnostics": [{"path", "severity", "code", "summary", "detail", "range"}]}

Examples:
  hcl check .
  hcl check main.tf modules/network
  hcl check --json . | jq '.diagnostics[].code'

Exit codes:  0 no error   1 at least one file has an error   2 wrong use
`,
    options: { json: 'flag' },
    load: async () => (await import('./check.ts')).check,
  },
  tree: {
    usage: 'tree [--json] FILE',
    about: 'show how a file is understood',
    details: `Prints a node a line: its kind, its range, what it says.

  --json    the tree as JSON, with ranges as UTF-16 offsets

Examples:
  hcl tree main.tf
  echo 'a = b ? c : d ? e : f' | hcl tree -

Exit codes:  0 no error   1 the file has an error   2 wrong use
`,
    options: { json: 'flag' },
    load: async () => (await import('./tree.ts')).tree,
  },
  eval: {
    usage: 'eval [--dir DIR] [--var NAME=VALUE] [--var-file FILE] EXPRESSION',
    about: 'evaluate an expression, printed as terraform console does',
    details: `Without --dir there are no variables, only functions. With it, variables, locals and module outputs of that configuration count;
what depends on a resource is unknown.

  --dir DIR          the root module
  --root DIR         the directory that nothing is read outside of (the current one, if DIR lies in it)
  --var NAME=VALUE   sets a variable; may be repeated
  --var-file FILE    a file of values, relative to DIR

Examples:
  hcl eval 'cidrsubnet("10.0.0.0/16", 8, 2)'
  hcl eval --dir envs/prod --var region=eu-west-1 local.tags

Exit codes:  0 done   1 the expression or the configuration has an error   2 wrong use
`,
    options: { dir: 'value', root: 'value', var: 'value', 'var-file': 'value' },
    load: async () => (await import('./eval.ts')).evaluateCommand,
  },
  expand: {
    usage: 'expand DIR --json [--var NAME=VALUE] [--var-file FILE]',
    about: 'list resource instances with the values that are known',
    details: `Prints {"instances": [...], "diagnostics": [...]}: count, for_each and module calls are followed; each instance has its address, where it is
declared, and its arguments: values that are known, and marks where they are unknown or sensitive.

  --json             the only form there is
  --root DIR         the directory that nothing is read outside of (the current one, if DIR lies in it)
  --var NAME=VALUE   sets a variable; may be repeated
  --var-file FILE    a file of values, relative to DIR

Examples:
  hcl expand envs/prod --json
  hcl expand . --json --var replicas=3 | jq -r '.instances[].address'

Exit codes:  0 done   1 the configuration has an error   2 wrong use
`,
    options: { json: 'flag', root: 'value', var: 'value', 'var-file': 'value' },
    load: async () => (await import('./expand.ts')).expand,
  },
}

/** The help of one command, or of all. */
export function help(name = ''): string {
  const one = commands[name]
  if (one !== undefined) return `hcl ${one.usage}\n\n${one.about[0]?.toUpperCase()}${one.about.slice(1)}.\n\n${one.details}`
  const lines = Object.values(commands).map(({ usage, about }) => `  hcl ${usage}\n      ${about}`)
  return `Terraform's configuration language, parsed and evaluated.

${lines.join('\n')}
  hcl COMMAND --help

Examples:
  hcl check .
  hcl tree main.tf
  hcl eval 'upper("abc")'
  hcl expand envs/prod --json

Exit codes:  0 fine   1 something is wrong with what was read   2 wrong use
`
}
