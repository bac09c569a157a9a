/** Options as data: the same table parses the command line and writes the help. */

export type Option = {
  /** `data`, without dashes. */
  readonly name: string
  readonly short?: string
  /** How the value is called in the help; without one the option is a switch. */
  readonly value?: string
  readonly many?: boolean
  readonly choices?: readonly string[]
  readonly usual?: string
  readonly about: string
}

export type Verb = {
  readonly name: string
  readonly operands: string
  readonly about: string
  readonly options: readonly Option[]
  readonly examples: readonly (readonly [string, string])[]
  readonly exits: readonly (readonly [number, string])[]
}

export class UsageError extends Error {}

export type Parsed = {
  readonly operands: readonly string[]
  /** The last value of an option, or its usual one. */
  one(name: string): string | undefined
  all(name: string): readonly string[]
  has(name: string): boolean
}

export function parseArguments(verb: Verb, args: readonly string[]): Parsed {
  const found = new Map<string, string[]>()
  const operands: string[] = []
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? ''
    if (arg === '--') {
      operands.push(...args.slice(at + 1))
      break
    }
    const long = /^--([a-z][a-z0-9-]*)(?:=([\s\S]*))?$/.exec(arg)
    const short = /^-([a-zA-Z])=?([\s\S]*)$/.exec(arg)
    if (long === null && short === null) {
      operands.push(arg)
      continue
    }
    const option = verb.options.find((one) => (long === null ? one.short === short?.[1] : one.name === long[1]))
    if (option === undefined) throw new UsageError(`unknown option ${arg.split('=')[0] ?? ''} for rego ${verb.name}`)
    let value = long === null ? (short?.[2] === '' ? undefined : short?.[2]) : long[2]
    if (option.value === undefined) value ??= 'true'
    else if (value === undefined) {
      value = args[++at]
      if (value === undefined) throw new UsageError(`${arg} needs a value: ${option.value}`)
    }
    if (option.choices !== undefined && !option.choices.includes(value)) throw new UsageError(`${arg}: ${value} is none of ${option.choices.join(', ')}`)
    found.set(option.name, [...(found.get(option.name) ?? []), value])
  }
  return {
    operands,
    one: (name) => found.get(name)?.at(-1) ?? verb.options.find((option) => option.name === name)?.usual,
    all: (name) => found.get(name) ?? [],
    has: (name) => found.get(name)?.at(-1) === 'true',
  }
}

export function helpOf(verb: Verb): string {
  const rows = verb.options.map((option): readonly [string, string] => [
    `${option.short === undefined ? '    ' : `-${option.short}, `}--${option.name}${option.value === undefined ? '' : ` ${option.value}`}`,
    `${option.about}${option.choices === undefined ? '' : ` (${option.choices.join(', ')})`}${option.usual === undefined ? '' : ` [${option.usual}]`}`,
  ])
  const width = Math.max(0, ...rows.map(([left]) => left.length)) + 2
  return [
    `rego ${verb.name} ${verb.operands}`, '', `  ${verb.about}`, '', 'Options', ...rows.map(([left, right]) => `  ${left.padEnd(width)}${right}`),
    '', 'Examples', ...verb.examples.flatMap(([line, about]) => [`  ${line}`, `      ${about}`]), '', 'Exit codes', ...verb.exits.map(([code, about]) => `  ${code}  ${about}`), '',
  ].join('\n')
}
