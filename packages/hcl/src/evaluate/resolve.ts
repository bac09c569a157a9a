/** What a reference of a configuration means: variables, locals, resources, modules, and the few objects that Terraform itself provides. */
import { parseNumber, toCount } from '../value/number.ts'
import { bool, string } from '../value/type.ts'
import { dynamic, ephemeralMark, unknown, type Value, withMarks } from '../value/value.ts'
import type { Step, Traversal } from '../syntax/tree.ts'
import type { Repetition } from './expansion.ts'
import type { Resolved } from './scope.ts'
import { similar } from './similar.ts'

export type Mode = 'resource' | 'data' | 'ephemeral'
export type Taken = { readonly value: Value; readonly taken: number }

/** What a module's expressions can refer to. Everything is evaluated when it is asked for, once. */
export interface Referable {
  readonly description: string
  readonly variableNames: () => Iterable<string>
  readonly variable: (name: string) => Value
  readonly localNames: () => Iterable<string>
  readonly local: (name: string) => Value
  readonly declares: (kind: 'variable' | 'local' | 'call' | Mode, name: string) => boolean
  /** Whether a declared resource has instances by key. */
  readonly repeats: (mode: Mode, name: string) => 'single' | 'count' | 'for_each'
  /** The value behind `mode.type.name`, and how many of `steps` were taken on the way. */
  readonly resource: (mode: Mode, name: string, steps: readonly Step[]) => Taken
  readonly call: (name: string, steps: readonly Step[]) => Taken
  readonly path: (name: 'module' | 'root' | 'cwd') => Value
  readonly workspace: Value
}

const stepName = (step: Step | undefined): string | undefined => (step?.kind === 'get-attribute' ? step.name : step?.key.kind === 'string' ? step.key.value : undefined)
const given = (value: () => Value, rest: readonly Step[]): Resolved => ({ get: () => ({ value: value(), rest }) })
const taken = (take: () => Taken, steps: readonly Step[]): Resolved => ({
  get: () => {
    const { value, taken: n } = take()
    return { value, rest: steps.slice(n) }
  },
})
const wrong = (summary: string, detail: string): Resolved => ({ problem: [summary, detail] })
const hint = (name: string, names: Iterable<string>): string => {
  const other = similar(name, names)
  return other === undefined ? '' : ` Did you mean "${other}"?`
}

/** The key of a constant index step. */
export function stepKey(step: Step | undefined): string | number | undefined {
  if (step?.kind !== 'get-index') return undefined
  if (step.key.kind === 'string') return step.key.value
  const n = parseNumber(step.key.lexeme)
  return n === undefined ? undefined : toCount(n)
}

export function resolveReference(module: Referable, repetition: Repetition, self: Value | null, { name, steps }: Traversal): Resolved {
  const first = stepName(steps[0])
  const rest = steps.slice(1)
  switch (name) {
    case 'var': {
      if (first !== undefined && module.declares('variable', first)) return given(() => module.variable(first), rest)
      const meant = first === undefined ? '' : hint(first, module.variableNames())
      return wrong('Reference to undeclared input variable', `An input variable with the name "${first ?? ''}" has not been declared.${meant === '' ? ` This variable can be declared with a variable "${first ?? ''}" {} block.` : meant}`)
    }
    case 'local': {
      return first === undefined || !module.declares('local', first) ? wrong('Reference to undeclared local value', `A local value with the name "${first ?? ''}" has not been declared.${first === undefined ? '' : hint(first, module.localNames())}`) : given(() => module.local(first), rest)
    }
    case 'path':
      if (first === 'module' || first === 'root' || first === 'cwd') return given(() => module.path(first), rest)
      return wrong('Invalid "path" attribute', `The "path" object does not have an attribute named "${first ?? ''}".`)
    case 'terraform':
      if (first === 'workspace') return given(() => module.workspace, rest)
      if (first === 'applying') return given(() => withMarks(unknown(bool), ephemeralMark), rest)
      return wrong('Invalid "terraform" attribute', `The "terraform" object does not have an attribute named "${first ?? ''}". The only supported attributes are terraform.workspace, the name of the currently-selected workspace, and terraform.applying, a boolean which is true only during apply.`)
    case 'each':
    case 'count':
      return fromRepetition(name, first, rest, repetition)
    case 'self':
      return self === null ? wrong('Invalid "self" reference', 'The "self" object is not available in this context. This object can be used only in resource provisioner, connection, and postcondition blocks.') : given(() => self, steps)
    case 'module':
      return first === undefined ? wrong('Invalid reference', 'The "module" object cannot be accessed directly. Instead, access one of its attributes.') : fromCall(module, first, rest)
    case 'data':
    case 'resource':
    case 'ephemeral':
      return fromResource(module, name, first, stepName(steps[1]), steps.slice(2))
    default:
      return name === 'template' || name === 'lazy' || name === 'arg' ? wrong('Reserved symbol name', `The symbol name "${name}" is reserved for use in a future Terraform version. If you are using a provider that already uses this as a resource type name, add the prefix "resource." to force interpretation as a resource type name.`) : fromResource(module, 'resource', name, first, rest)
  }
}

function fromRepetition(name: 'each' | 'count', first: string | undefined, rest: readonly Step[], { each, count, key }: Repetition): Resolved {
  if (first === undefined) return wrong('Invalid reference', `The "${name}" object cannot be accessed directly. Instead, access one of its attributes.`)
  if (name === 'count') {
    if (first !== 'index') return wrong('Invalid "count" attribute', `The "count" object does not have an attribute named "${first}". The only supported attribute is count.index, which is the index of each instance of a resource block that has the "count" argument set.`)
    return count === null ? wrong('Reference to "count" in non-counted context', 'The "count" object can only be used in "module", "resource", and "data" blocks, and only when the "count" argument is set.') : given(() => count, rest)
  }
  if (first !== 'key' && first !== 'value') return wrong('Invalid "each" attribute', `The "each" object does not have an attribute named "${first}". The supported attributes are each.key and each.value, the current key and value pair of the "for_each" attribute set.`)
  if (each !== null) return given(() => (first === 'key' ? each.key : each.value), rest)
  if (key !== null && typeof key === 'object' && key.unknown === 'for_each') return given(() => (first === 'key' ? unknown(string) : dynamic), rest)
  if (first === 'value') {
    return wrong('each.value cannot be used in this context', 'A reference to "each.value" has been used in a context in which it is unavailable, such as when the configuration no longer contains the value in its "for_each" expression. Remove this reference to each.value in your configuration to work around this error.')
  }
  return wrong('Reference to "each" in context without for_each', 'The "each" object can be used only in "module" or "resource" blocks, and only when the "for_each" argument is set.')
}

function fromCall(module: Referable, name: string, steps: readonly Step[]): Resolved {
  if (module.declares('call', name)) return taken(() => module.call(name, steps), steps)
  return wrong('Reference to undeclared module', `No module call named "${name}" is declared in ${module.description}.`)
}

const nouns = { resource: 'managed resource', data: 'data resource', ephemeral: 'ephemeral resource' } as const

function fromResource(module: Referable, mode: Mode, type: string | undefined, name: string | undefined, steps: readonly Step[]): Resolved {
  if (type === undefined || name === undefined) {
    if (mode === 'resource' || type === undefined) {
      const detail =
        mode === 'resource' ? 'A reference to a resource type must be followed by at least one attribute access, specifying the resource name.' : `The "${mode}" object must be followed by two attribute names: the ${mode === 'data' ? 'data source' : 'ephemeral resource'} type and the resource name.`
      return wrong('Invalid reference', detail)
    }
    return wrong('Invalid reference', `The "${mode}" object must be followed by two attribute names: the ${mode === 'data' ? 'data source' : 'ephemeral resource'} type and the resource name.`)
  }
  const address = `${type}.${name}`
  if (!module.declares(mode, address)) return wrong('Reference to undeclared resource', `A ${nouns[mode]} "${type}" "${name}" has not been declared in ${module.description}.`)
  const [step] = steps
  const shown = mode === 'resource' ? address : `${mode}.${address}`
  const repeats = module.repeats(mode, address)
  if (repeats === 'single' && step?.kind === 'get-index') {
    return wrong('Unexpected resource instance key', `Because ${shown} does not have "count" or "for_each" set, references to it must not include an index key. Remove the bracketed index to refer to the single instance of this resource.`)
  }
  if (repeats !== 'single' && step?.kind === 'get-attribute') {
    const key = repeats === 'count' ? 'count.index' : 'each.key'
    return wrong('Missing resource instance key', `Because ${shown} has "${repeats}" set, its attributes must be accessed on specific instances. For example, to correlate with indices of a referring resource, use: ${shown}[${key}]`)
  }
  return taken(() => module.resource(mode, address, steps), steps)
}
