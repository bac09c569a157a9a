/**
 * Splits the arguments after `--` (and those of `TF_CLI_ARGS*`) into what `plan` and what `apply` receive. Throws EngineError
 * `argument_refused` for anything outside of the table. Values are never repeated in messages: `-var` carries secrets.
 */
import { EngineError } from '../error.ts'
import { allowedArguments, refusalOf, type Allowed, type Phase } from './argument-table.ts'

export type SplitArguments = { readonly plan: readonly string[]; readonly apply: readonly string[] }

const valueForms: Readonly<Record<Exclude<Allowed['value'], 'none'>, RegExp>> = {
  any: /^[^]+$/,
  boolean: /^(true|false)$/,
  true: /^true$/,
  number: /^[1-9][0-9]{0,3}$/,
  duration: /^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$|^0$/,
}

/** `only`: the arguments were given for this phase alone, as in TF_CLI_ARGS_apply. `source` names where they came from. */
export function splitArguments(given: readonly string[], source = 'after --', only?: Phase): SplitArguments {
  const plan: string[] = []
  const apply: string[] = []
  for (let i = 0; i < given.length; i++) {
    const text = given[i] ?? ''
    const { name, inline } = nameOf(text, source)
    const rule = allowedArguments[name]
    if (!rule || !Object.hasOwn(allowedArguments, name)) throw refused(name, source, refusalOf(name) ?? 'it is not in the list of arguments that countersign passes on')
    if (only && !rule.phases.includes(only)) throw refused(name, source, `\`${only}\` of a saved plan does not take it`)
    const argument = withValue(name, rule, inline, () => given[++i], source)
    if (rule.phases.includes('plan') && only !== 'apply') plan.push(argument)
    if (rule.phases.includes('apply') && only !== 'plan') apply.push(argument)
  }
  return { plan, apply }
}

/** Go's flag syntax: one or two hyphens, `=value` or the next argument, no abbreviations. */
function nameOf(text: string, source: string): { name: string; inline: string | undefined } {
  const match = /^--?([A-Za-z][A-Za-z0-9_-]*)(?:=([^]*))?$/.exec(text)
  if (match) return { name: match[1] ?? '', inline: match[2] }
  throw new EngineError(
    'argument_refused',
    `An argument ${source} is not a switch. A plan file of your own cannot be applied: what is countersigned is the plan that countersign makes and keeps. Leave it out, and run: countersign apply`,
  )
}

function withValue(name: string, rule: Allowed, inline: string | undefined, next: () => string | undefined, source: string): string {
  if (rule.value === 'none') {
    if (inline !== undefined && inline !== 'true') throw refused(name, source, 'it takes no value')
    return `-${name}`
  }
  // Go reads a boolean only from `-name` or `-name=value`, never from the next argument.
  const boolean = rule.value === 'boolean' || rule.value === 'true'
  const value = inline ?? (boolean ? 'true' : next())
  if (value === undefined) throw refused(name, source, 'its value is missing')
  if (!valueForms[rule.value].test(value)) {
    throw refused(name, source, rule.value === 'true' ? (refusalOf(name) ?? '') : `its value is not a ${rule.value}`)
  }
  return `-${name}=${value}`
}

function refused(name: string, source: string, why: string): EngineError {
  return new EngineError('argument_refused', `The argument -${name} (${source}) is refused: ${why}.`)
}

/** Splits the text of a TF_CLI_ARGS variable as terraform does: spaces, quotes and backslashes, no variables. */
export function splitWords(text: string, source: string): string[] {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? ''
    if (char === '\\' && quote !== "'") word = (word ?? '') + (text[++i] ?? '')
    else if (quote !== '') {
      if (char === quote) quote = ''
      else word += char
    } else if (char === '"' || char === "'") {
      quote = char
      word ??= ''
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else if (/[`$|&;()<>]/.test(char)) {
      throw new EngineError('argument_refused', `${source} holds the character ${char}, which terraform reads in its own way. Take it out, or put the value in quotes.`)
    } else word = (word ?? '') + char
  }
  if (quote !== '') throw new EngineError('argument_refused', `${source} has a quote that is not closed. Close it.`)
  if (word !== undefined) words.push(word)
  return words
}
