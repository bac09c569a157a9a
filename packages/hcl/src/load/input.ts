/**
 * Values for the variables of a root module, in Terraform's order of precedence: environment, `terraform.tfvars`, `terraform.tfvars.json`,
 * `*.auto.tfvars` and `*.auto.tfvars.json` by name, then `-var` and `-var-file` in the order given. The last one wins.
 */
import { attributes } from '../syntax/content.ts'
import type { Diagnostic } from '../syntax/diagnostics.ts'
import { sourceOf } from '../syntax/source.ts'
import type { Expression } from '../syntax/tree.ts'
import type { Source } from '../syntax/source.ts'
import { parseFile } from './file.ts'
import { loadFinding, nowhere } from './finding.ts'
import { inDirectory, type Loader, resolvePath } from './loader.ts'

/** `-var name=value` or `-var-file path` (relative to the root module), in the order given. */
export type InputOption = { readonly var: string } | { readonly file: string }

/**
 * A value as given. From files it is an expression, to be evaluated without variables. From the environment and from options it is `text`: for
 * a variable of a primitive type, or without a type, the string itself; for any other type the text of an expression.
 */
export interface InputValue {
  readonly name: string
  readonly from: 'environment' | 'file' | 'option'
  readonly given: { readonly expression: Expression } | { readonly text: string }
  readonly source: Source
}

/** What values come from, besides the files that Terraform reads by itself. */
export interface InputOptions {
  /** The environment; only `TF_VAR_*` is looked at. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  readonly options?: readonly InputOption[]
}

const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** The value of each variable for which there is one, the winning one. */
export function inputValues(loader: Loader, directory: string, { environment = {}, options = [] }: InputOptions, diagnostics: Diagnostic[]): ReadonlyMap<string, InputValue> {
  const values = new Map<string, InputValue>()
  for (const [key, text] of Object.entries(environment)) {
    if (!key.startsWith('TF_VAR_') || text === undefined) continue
    const name = key.slice('TF_VAR_'.length)
    values.set(name, { name, from: 'environment', given: { text }, source: sourceOf(text, key) })
  }
  const names = loader.list(directory) ?? []
  const automatic = names.filter((name) => /\.auto\.tfvars(\.json)?$/.test(name)).toSorted(byName)
  for (const name of ['terraform.tfvars', 'terraform.tfvars.json'].filter((known) => names.includes(known)).concat(automatic)) {
    readValues(loader, inDirectory(directory, name), values, diagnostics)
  }
  for (const option of options) {
    if ('file' in option) {
      const path = resolvePath(directory, option.file)
      if (path === null) diagnostics.push(loadFinding('missing-file', `${option.file} lies outside of what may be read.`, nowhere))
      else readValues(loader, path, values, diagnostics)
      continue
    }
    const equals = option.var.indexOf('=')
    const name = option.var.slice(0, equals)
    if (equals < 1 || name.trim() !== name) diagnostics.push(loadFinding('invalid-value-file', `A value is given as name=value, without space around the name, not as ${JSON.stringify(option.var)}.`, nowhere))
    else {
      const text = option.var.slice(equals + 1)
      values.set(name, { name, from: 'option', given: { text }, source: sourceOf(text, `value of ${name}`) })
    }
  }
  return values
}

function readValues(loader: Loader, path: string, values: Map<string, InputValue>, diagnostics: Diagnostic[]): void {
  const bytes = loader.read(path)
  if (bytes === null) {
    diagnostics.push(loadFinding('missing-file', `${path} is not there, or may not be read.`, nowhere))
    return
  }
  const { tree, diagnostics: wrong } = parseFile(path, bytes)
  for (const one of wrong) diagnostics.push(one)
  const { source, body } = tree
  if (body.kind === 'body') {
    for (const item of body.items) {
      if (item.kind === 'block') diagnostics.push(loadFinding('invalid-value-file', `${item.type} is a block; a file of values only sets variables. Is "=" missing?`, { source, start: item.start, end: item.typeEnd }))
    }
  }
  const read = attributes(body, 'literal')
  for (const one of read.diagnostics) diagnostics.push(one)
  for (const [name, { value }] of read.attributes) values.set(name, { name, from: 'file', given: { expression: value }, source })
}
