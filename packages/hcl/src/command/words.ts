/** The words of a command line: switches, options with a value, and the rest. */

/** The user's mistake, in a sentence for the user. */
export class UsageError extends Error {}

/** What a command accepts: `flag` stands alone, `value` takes one word and may be repeated. */
export type Options = Readonly<Record<string, 'flag' | 'value'>>

/** What was given. */
export interface Words {
  readonly flags: ReadonlySet<string>
  readonly values: readonly { readonly name: string; readonly value: string }[]
  readonly rest: readonly string[]
}

/** Sorts the words; `--name value` and `--name=value` are the same, one dash or two, `--` ends the options. */
export function parseWords(argv: readonly string[], options: Options): Words {
  const flags = new Set<string>()
  const values: { name: string; value: string }[] = []
  const rest: string[] = []
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? ''
    if (word === '--') return { flags, values, rest: [...rest, ...argv.slice(i + 1)] }
    const match = /^--?([a-z][a-z-]*)(?:=(.*))?$/s.exec(word)
    if (match === null) {
      rest.push(word)
      continue
    }
    const [, name = '', given] = match
    const kind = Object.hasOwn(options, name) ? options[name] : undefined
    if (kind === undefined) throw new UsageError(`There is no option ${word}.`)
    if (kind === 'flag') {
      if (given !== undefined) throw new UsageError(`--${name} takes no value.`)
      flags.add(name)
      continue
    }
    const value = given ?? argv[++i]
    if (value === undefined) throw new UsageError(`--${name} needs a value.`)
    values.push({ name, value })
  }
  return { flags, values, rest }
}

/** The last value of an option. */
export const valueOf = (words: Words, name: string): string | undefined => words.values.findLast((one) => one.name === name)?.value
