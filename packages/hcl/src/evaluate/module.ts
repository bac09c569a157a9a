/**
 * A module's values, found out when they are asked for. What stands in the configuration is known; what a provider would say is unknown,
 * and never an error. An argument of a resource is taken as it is configured, although a provider may write it another way; every other
 * attribute is unknown. Nothing is read but through the loader that the caller passed.
 */
import { dynamic, object, partlyKnown, sensitiveMark, text, tuple, unknown, type Value, withMarks } from '../value/value.ts'
import type { Diagnostic } from '../syntax/diagnostics.ts'
import type { Source } from '../syntax/source.ts'
import type { Expression, Step } from '../syntax/tree.ts'
import type { Argument, Declaration } from '../load/declaration.ts'
import type { Loader } from '../load/loader.ts'
import type { Module } from '../load/module.ts'
import { type EvaluatedBody, evaluateBody, type Iterators, metaArguments } from './body.ts'
import { findCycles } from './cycle.ts'
import { expand, type Expansion, type InstanceKey, type Repetition } from './expansion.ts'
import { evaluateExpression } from './evaluate.ts'
import { orderedLocals } from './local-order.ts'
import { type Mode, type Referable, resolveReference, stepKey, type Taken } from './resolve.ts'
import { type Scope, variableScope } from './scope.ts'
import { type Given, shapeOf, validate, variableValue, type VariableShape } from './variable.ts'

/** What evaluating may know of the world, and how far it may go. */
export type ModuleOptions = {
  /** For the functions that read files. Without it what they give is unknown. */
  readonly files?: Loader
  /** `terraform.workspace`; unknown when it is not given. */
  readonly workspace?: string
  /** An absolute path: `path.cwd` and `abspath`; unknown when it is not given. */
  readonly workingDirectory?: string
  /** RFC 3339: what `timestamp` and `plantimestamp` give; unknown when it is not given. */
  readonly now?: string
  /** How many instances of one block are looked at; 100,000 unless told. */
  readonly mostInstances?: number
  /** How many parts of expressions are evaluated for one value, loops counted each time; 5,000,000 unless told. */
  readonly mostSteps?: number
}

/** One instance of a resource, with the values of its arguments and blocks. */
export type ResourceInstance = {
  readonly mode: Mode
  readonly type: string
  readonly name: string
  readonly key: InstanceKey
  /** As Terraform names it: `module.a["x"].aws_instance.web[0]`; `[*]` stands for a key that is not known. */
  readonly address: string
  readonly declaration: Declaration
  readonly module: ModuleInstance
  readonly body: EvaluatedBody
}

const only: Repetition = { key: null, count: null, each: null }
const noFiles: Omit<Scope, 'resolve'> = {}

/** The key as it stands in an address: `[0]`, `["a"]`, `[*]`, or nothing. */
export function keyText(key: InstanceKey): string {
  if (key === null) return ''
  return typeof key === 'object' ? '[*]' : typeof key === 'number' ? `[${key}]` : `[${JSON.stringify(key)}]`
}

type Cell = { value: Value | undefined; busy: boolean }

/** One instance of a module. Made by {@link evaluateModule}; those it calls by itself. */
export class ModuleInstance implements Referable {
  readonly module: Module
  /** `''` for the root, else `module.a["x"].module.b`. */
  readonly address: string
  readonly options: ModuleOptions
  /** What was found so far, in the root and all modules below it together; it grows as values are asked for. */
  readonly diagnostics: Diagnostic[]
  readonly workspace: Value
  private readonly given: (name: string) => Given | undefined
  private readonly root: string
  private readonly cells = new Map<string, Cell>()
  private readonly expansions = new Map<Declaration, Expansion>()
  private readonly children = new Map<string, ModuleInstance>()
  private readonly shapes: Map<Declaration, VariableShape>
  private readonly checked: WeakMap<Expression, boolean>
  private readonly base: Omit<Scope, 'resolve'>
  private lastScope: { readonly repetition: Repetition; readonly self: Value | null; readonly scope: Scope } | null = null

  constructor(module: Module, address: string, given: (name: string) => Given | undefined, options: ModuleOptions, parent: ModuleInstance | null) {
    this.module = module
    this.address = address
    this.given = given
    this.options = options
    this.root = parent?.root ?? module.directory
    this.diagnostics = parent?.diagnostics ?? []
    this.shapes = parent?.shapes ?? new Map()
    this.checked = parent?.checked ?? new WeakMap()
    this.workspace = options.workspace === undefined ? unknown({ kind: 'string' }, { notNull: true }) : text(options.workspace)
    const { files, workingDirectory, now } = options
    this.base = { home: this.root, checked: this.checked, ...(files && { files }), ...(workingDirectory !== undefined && { workingDirectory }), ...(now !== undefined && { now }), ...(options.mostSteps !== undefined && { mostSteps: options.mostSteps }) }
  }

  get description(): string {
    return this.module.path.length === 0 ? 'the root module' : `module.${this.module.path.join('.module.')}`
  }

  /** The scope of expressions outside of any resource. */
  get scope(): Scope {
    return this.scopeOf(only)
  }

  variableNames = (): Iterable<string> => this.module.variables.keys()
  localNames = (): Iterable<string> => this.module.locals.keys()

  declares = (kind: 'variable' | 'local' | 'call' | Mode, name: string): boolean => {
    if (kind === 'variable') return this.module.variables.has(name)
    if (kind === 'local') return this.module.locals.has(name)
    return kind === 'call' ? this.module.calls.has(name) : this.declared(kind).has(name)
  }

  repeats = (mode: Mode, name: string): 'single' | 'count' | 'for_each' => {
    const set = this.declared(mode).get(name)?.arguments
    return set?.has('count') === true ? 'count' : set?.has('for_each') === true ? 'for_each' : 'single'
  }

  variable = (name: string): Value => {
    const declaration = this.module.variables.get(name)
    if (declaration === undefined) return dynamic
    return this.once(`var.${name}`, () => {
      const summary = this.module.path.length === 0 ? 'Invalid value for input variable' : 'Invalid value for module argument'
      return variableValue(declaration, this.shape(declaration), this.given(name), summary, this.diagnostics)
    })
  }

  local = (name: string): Value => {
    // what a local depends on comes first, so that a long chain of them is no deep recursion
    for (const one of orderedLocals(name, this.module.locals, (known) => this.cells.has(`local.${known}`))) {
      this.once(`local.${one.name}`, () => this.evaluate(one, only))
    }
    return this.cells.get(`local.${name}`)?.value ?? dynamic
  }

  /** An output's value, marked when it is declared sensitive; undefined when there is no such output. */
  output(name: string): Value | undefined {
    const declaration = this.module.outputs.get(name)
    if (declaration === undefined) return undefined
    const argument = declaration.arguments.get('value')
    const sensitive = declaration.arguments.get('sensitive')?.attribute.value
    const value = this.once(`output.${name}`, () => (argument === undefined ? dynamic : this.evaluate(argument, only)))
    return sensitive?.kind === 'bool' && sensitive.value ? withMarks(value, sensitiveMark) : value
  }

  resource = (mode: Mode, name: string, steps: readonly Step[]): Taken => {
    const declaration = this.declared(mode).get(name)
    if (declaration === undefined) return { value: dynamic, taken: 0 }
    const expansion = this.expansion(declaration)
    if (expansion.mode === 'single') return { value: this.asConfigured(mode, declaration, only), taken: 0 }
    const key = stepKey(steps[0])
    const repetition = key === undefined ? undefined : expansion.at(key)
    if (repetition !== undefined) return { value: this.asConfigured(mode, declaration, repetition), taken: 1 }
    return { value: this.once(`${mode}.${name}`, () => collected(expansion, (one) => this.asConfigured(mode, declaration, one))), taken: 0 }
  }

  call = (name: string, steps: readonly Step[]): Taken => {
    const found = this.module.calls.get(name)
    if (found === undefined || found.module === null) return { value: dynamic, taken: 0 }
    const expansion = this.expansion(found.declaration)
    const key = stepKey(steps[0])
    const repetition = expansion.mode === 'single' ? only : key === undefined ? undefined : expansion.at(key)
    if (repetition !== undefined) {
      const taken = expansion.mode === 'single' ? 0 : 1
      const child = this.child(name, repetition)
      const next = steps[taken]
      const output = next?.kind === 'get-attribute' ? child.output(next.name) : undefined
      return output === undefined ? { value: child.outputs(), taken } : { value: output, taken: taken + 1 }
    }
    return { value: this.once(`module.${name}`, () => collected(expansion, (one) => this.child(name, one).outputs())), taken: 0 }
  }

  path = (name: 'module' | 'root' | 'cwd'): Value => {
    if (name === 'cwd') return this.options.workingDirectory === undefined ? unknown({ kind: 'string' }, { notNull: true }) : text(this.options.workingDirectory)
    return text(name === 'root' ? '.' : relative(this.root, this.module.directory))
  }

  /** All outputs as the object that `module.x` is to the caller. */
  outputs(): Value {
    return this.once('outputs', () => object([...this.module.outputs.keys()].map((name) => [name, this.output(name) ?? dynamic] as const)))
  }

  /** The instances of this module's own resources, data and ephemeral resources, each made when it is asked for. */
  *ownResources(): Generator<ResourceInstance> {
    for (const mode of ['resource', 'data', 'ephemeral'] as const) {
      for (const declaration of this.declared(mode).values()) {
        for (const repetition of this.expansion(declaration).all()) yield this.instance(mode, declaration, repetition)
      }
    }
  }

  /** The instances of the modules that this one calls. */
  *calls(): Generator<ModuleInstance> {
    for (const [name, { declaration, module }] of this.module.calls) {
      if (module === null) continue
      for (const repetition of this.expansion(declaration).all()) yield this.child(name, repetition)
    }
  }

  /** The instances of resources of this module and of all below it. */
  *resources(): Generator<ResourceInstance> {
    const waiting: ModuleInstance[] = [this]
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      yield* next.ownResources()
      const below = [...next.calls()]
      for (let i = below.length - 1; i >= 0; i--) waiting.push(below[i] ?? next)
    }
  }

  /** Looks for loops of references, and evaluates every variable, local and output here and below, so that all findings are there. */
  check(): void {
    this.diagnostics.push(...findCycles(this.module))
    const waiting: ModuleInstance[] = [this]
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      next.checkOwn()
      const below = [...next.calls()]
      for (let i = below.length - 1; i >= 0; i--) waiting.push(below[i] ?? next)
    }
  }

  private checkOwn(): void {
    for (const [name, declaration] of this.module.variables) {
      this.variable(name)
      const { source, block } = declaration
      const given = this.given(name)
      const at = given?.source === undefined || given.source === null ? { source, span: { start: block.start, end: block.labels.at(-1)?.end ?? block.typeEnd } } : { source: given.source, span: given.span }
      validate(declaration, (node, of) => this.value(node, of, only), at, this.diagnostics)
    }
    for (const name of this.module.locals.keys()) this.local(name)
    for (const name of this.module.outputs.keys()) this.output(name)
  }

  private declared(mode: Mode): ReadonlyMap<string, Declaration> {
    return mode === 'resource' ? this.module.resources : mode === 'data' ? this.module.data : this.module.ephemerals
  }

  private shape(declaration: Declaration): VariableShape {
    const known = this.shapes.get(declaration)
    if (known !== undefined) return known
    const constant = (node: Expression, source: Source): Value => {
      const { value, diagnostics } = evaluateExpression(node, variableScope(new Map(), noFiles), source)
      this.diagnostics.push(...diagnostics)
      return value
    }
    const shape = shapeOf(declaration, constant, this.diagnostics)
    this.shapes.set(declaration, shape)
    return shape
  }

  /** Computed once. Asked for while it is being computed, it is unknown: loops are reported where the graph is looked at as a whole. */
  private once(key: string, work: () => Value): Value {
    const known = this.cells.get(key)
    if (known?.value !== undefined) return known.value
    if (known?.busy === true) return dynamic
    const cell: Cell = { value: undefined, busy: true }
    this.cells.set(key, cell)
    cell.value = work()
    cell.busy = false
    return cell.value
  }

  /** The scope within an instance, kept while one argument after the other of the same instance is evaluated. */
  private scopeOf(repetition: Repetition, self: Value | null = null): Scope {
    const last = this.lastScope
    if (last !== null && last.repetition === repetition && last.self === self) return last.scope
    const scope: Scope = { ...this.base, resolve: (traversal) => resolveReference(this, repetition, self, traversal) }
    this.lastScope = { repetition, self, scope }
    return scope
  }

  private value(node: Expression, source: Source, repetition: Repetition, self: Value | null = null, iterators: Iterators = null): Value {
    const { value, diagnostics } = evaluateExpression(node, this.scopeOf(repetition, self), source, iterators)
    if (diagnostics.length > 0) this.diagnostics.push(...diagnostics)
    return value
  }

  private evaluate({ attribute, source }: Argument, repetition: Repetition): Value {
    return this.value(attribute.value, source, repetition)
  }

  private expansion(declaration: Declaration): Expansion {
    const known = this.expansions.get(declaration)
    if (known !== undefined) return known
    const most = this.options.mostInstances ?? 100_000
    const made = expand(declaration, (argument) => this.evaluate(argument, only), most, this.diagnostics)
    this.expansions.set(declaration, made)
    return made
  }

  /** An instance of a resource as others see it: its arguments as they are configured, everything else unknown. */
  private asConfigured(mode: Mode, declaration: Declaration, repetition: Repetition): Value {
    return partlyKnown((name) => {
      const argument = metaArguments.has(name) ? undefined : declaration.arguments.get(name)
      if (argument === undefined) return undefined
      const key = `${mode}.${declaration.labels.join('.')}${keyText(repetition.key)}.${name}`
      const value = this.once(key, () => this.evaluate(argument, repetition))
      // an argument that is null may be computed all the same
      return value.data === null ? withMarks(dynamic, value.marks) : value
    })
  }

  private instance(mode: Mode, declaration: Declaration, repetition: Repetition): ResourceInstance {
    const [type = '', name = ''] = declaration.labels
    const prefix = mode === 'resource' ? '' : `${mode}.`
    const address = `${this.address === '' ? '' : `${this.address}.`}${prefix}${type}.${name}${keyText(repetition.key)}`
    const body = evaluateBody(declaration, ({ attribute, source }, iterators) => this.value(attribute.value, source, repetition, dynamic, iterators), this.diagnostics)
    return { mode, type, name, key: repetition.key, address, declaration, module: this, body }
  }

  private child(name: string, repetition: Repetition): ModuleInstance {
    const address = `${this.address === '' ? '' : `${this.address}.`}module.${name}${keyText(repetition.key)}`
    const known = this.children.get(address)
    if (known !== undefined) return known
    const found = this.module.calls.get(name)
    if (found === undefined || found.module === null) throw new Error(`there is no module ${name}`)
    const { declaration } = found
    const given = (variable: string): Given | undefined => {
      const argument = declaration.arguments.get(variable)
      if (argument === undefined) return undefined
      const { attribute, source } = argument
      return { value: this.once(`${address}.${variable}`, () => this.evaluate(argument, repetition)), source, span: attribute.value }
    }
    const made = new ModuleInstance(found.module, address, given, this.options, this)
    this.children.set(address, made)
    return made
  }
}

/** All instances as one value: a tuple for `count`, an object for `for_each`, whose keys are all text once its size is known. */
function collected(expansion: Expansion, of: (repetition: Repetition) => Value): Value {
  if (expansion.size === undefined) return dynamic
  if (expansion.mode === 'count') return tuple(Array.from(expansion.all(), of))
  return object(Array.from(expansion.all(), (one) => [typeof one.key === 'string' ? one.key : '', of(one)] as const))
}

/** One directory seen from another, `.` for the same. */
function relative(from: string, to: string): string {
  const a = from === '' ? [] : from.split('/')
  const b = to === '' ? [] : to.split('/')
  let shared = 0
  while (shared < a.length && shared < b.length && a[shared] === b[shared]) shared++
  return [...a.slice(shared).map(() => '..'), ...b.slice(shared)].join('/') || '.'
}

/**
 * The module with values for its variables, as `inputs` gives them; those it does not name have their defaults, or are unknown. Findings
 * gather in `diagnostics` as values are asked for; `check()` asks for all that do not belong to a resource. Never throws.
 */
export function evaluateModule(module: Module, inputs: ReadonlyMap<string, Given> = new Map(), options: ModuleOptions = {}): ModuleInstance {
  return new ModuleInstance(module, '', (name) => inputs.get(name), options, null)
}
