/** The command `rego`. Answers go to standard output, everything else to standard error; no error shows a stack. */
import { readFileSync } from 'node:fs'
import { BundleError } from '../bundle/error.ts'
import { CompileError, EvaluationError } from '../error.ts'
import { builtinsCommand } from './builtins.ts'
import { checkCommand } from './check.ts'
import { conformanceCommand } from './conformance.ts'
import { evalCommand } from './eval.ts'
import { diagnosticLines, errorText, errorValue, prettyJson } from './render.ts'
import { helpOf, parseArguments, type Parsed, UsageError, type Verb } from './table.ts'
import { testCommand } from './test.ts'
import { verbs } from './verbs.ts'

export type Io = {
  out(text: string): void
  err(text: string): void
  /** All of standard input. */
  stdin(): string
}

const commands: Readonly<Record<string, (options: Parsed, io: Io) => number>> = {
  eval: evalCommand, test: testCommand, check: checkCommand, conformance: conformanceCommand, builtins: builtinsCommand,
}

/** The exit code. Never throws for what a user, a policy or a file does. */
export function run(args: readonly string[], io: Io): number {
  const [name = '', ...rest] = args
  if (name === '' || name === 'help' || name === '--help' || name === '-h') return help(rest[0], io)
  if (name === '--version' || name === 'version') return version(io)
  const verb = verbs.find((one) => one.name === name)
  if (verb === undefined) return usage(`unknown verb ${name}`, 'rego --help', io)
  const end = rest.indexOf('--')
  if ((end < 0 ? rest : rest.slice(0, end)).some((arg) => arg === '--help' || arg === '-h')) return help(name, io)
  return runVerb(verb, rest, io)
}

function runVerb(verb: Verb, args: readonly string[], io: Io): number {
  let options: Parsed | undefined
  try {
    options = parseArguments(verb, args)
    return commands[verb.name]?.(options, io) ?? 2
  } catch (error) {
    if (error instanceof UsageError) return usage(error.message, `rego ${verb.name} --help`, io)
    const json = verb.name === 'eval' && options?.one('format') === 'json'
    return failed(error, json, verb.name === 'eval' ? 2 : 1, io)
  }
}

function failed(error: unknown, json: boolean, code: number, io: Io): number {
  const lines = error instanceof CompileError ? diagnosticLines(error.diagnostics)
    : error instanceof EvaluationError || error instanceof BundleError ? [error.message]
      : [`something went wrong inside of rego, which is a mistake of its own: ${error instanceof Error ? error.message : String(error)}`]
  if (json) {
    const errors = error instanceof CompileError ? error.diagnostics.map(errorValue) : [error instanceof Error ? errorValue(error) : errorValue(new Error(String(error)))]
    io.out(`${prettyJson({ errors })}\n`)
  } else io.err(`${errorText(lines)}\n`)
  return code
}

function usage(message: string, hint: string, io: Io): number {
  io.err(`rego: ${message}\nSee: ${hint}\n`)
  return 2
}

function help(name: string | undefined, io: Io): number {
  const verb = verbs.find((one) => one.name === name)
  if (verb !== undefined) {
    io.out(helpOf(verb))
    return 0
  }
  if (name !== undefined && !name.startsWith('-')) return usage(`unknown verb ${name}`, 'rego --help', io)
  io.out([
    'rego VERB [options]', '', '  Policies in Rego, evaluated in process. Nothing is sent anywhere.', '', 'Verbs',
    ...verbs.map((one) => `  ${one.name.padEnd(14)}${one.about}`), '', 'Examples',
    ...verbs.flatMap(({ examples: [first] }) => (first === undefined ? [] : [`  ${first[0]}`, `      ${first[1]}`])),
    '', 'rego VERB --help tells about options and exit codes.', '',
  ].join('\n'))
  return 0
}

function version(io: Io): number {
  const manifest = JSON.parse(readFileSync(manifestUrl(), 'utf8')) as { version: string }
  io.out(`rego ${manifest.version}\n`)
  return 0
}

/** The sources lie as deep as what is built of them. */
const manifestUrl = (): URL => new URL('../../package.json', import.meta.url)
