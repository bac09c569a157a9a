/** The compiler's door: parsed modules in, a program or diagnostics out. */
import { builtins as allBuiltins } from '../builtin/index.ts'
import type { Builtin } from '../builtin/registry.ts'
import { CompileError, type Diagnostic, formatDiagnostic } from '../error.ts'
import type { Literal, Module, Source } from '../syntax/tree.ts'
import { resolveBody } from './clauses.ts'
import { placeRules } from './heads.ts'
import { languageBuiltins } from './language.ts'
import { Annotations } from './metadata.ts'
import { type Environment, importsOf, Rejected, Tree } from './module.ts'
import { orderBody } from './order.ts'
import type { Clause, Program, Variable } from './program.ts'
import { checkRecursion } from './recursion.ts'
import { compileRule } from './rules.ts'
import { Scope, Slots } from './scope.ts'
import { Terms } from './terms.ts'

export type CompileOptions = {
  /** Names of the builtins that policies may call; all when absent. Others do not exist for them. */
  readonly capabilities?: readonly string[]
}

export type Compiled = Program & {
  readonly modules: readonly Module[]
  readonly tree: Tree
  readonly builtins: ReadonlyMap<string, Builtin>
  readonly replaced: ReadonlySet<string>
}

const core = new Map([...allBuiltins, ...languageBuiltins])

/** Compiles modules that belong together. Throws `CompileError` with all diagnostics. */
export function compileModules(modules: readonly Module[], options: CompileOptions = {}): Compiled {
  const diagnostics: Diagnostic[] = []
  const tree = new Tree()
  const builtins = options.capabilities === undefined ? core : narrowed(options.capabilities)
  const placed = placeRules(modules, tree, (message, location) => diagnostics.push({ code: 'rego_type_error', message, location }))
  const annotations = new Annotations(modules, placed)
  const shared = { tree, builtins, diagnostics, refused: [], replaced: new Set<string>(), uses: { prints: false } }
  const environments = new Map(modules.map((module): [Module, Environment] => [module, { ...shared, module, imports: importsOf(module) }]))
  const rules = []
  for (const one of placed) {
    const rule = compileRule(environments.get(one.module) as Environment, one, annotations)
    if (rule === undefined) continue
    rules.push(rule)
    if (one.rule.isDefault) one.node.fallback = rule
    else one.node.rules.push(rule)
  }
  addRefused(shared, shared.replaced, diagnostics)
  checkRecursion(tree, (rule, message) => diagnostics.push({ code: 'rego_recursion_error', message, location: rule.source.locate(rule.at) }))
  if (diagnostics.length > 0) throw new CompileError(sorted(diagnostics))
  return { root: tree.root, nodes: tree.nodes, rules, prints: shared.uses.prints, modules, tree, builtins, replaced: shared.replaced }
}

function addRefused(env: Pick<Environment, 'refused'>, replaced: ReadonlySet<string>, diagnostics: Diagnostic[]): void {
  for (const one of env.refused) if (!replaced.has(one.name)) diagnostics.push(one.diagnostic)
}

function narrowed(names: readonly string[]): ReadonlyMap<string, Builtin> {
  const allowed = new Set([...names, ...languageBuiltins.keys()])
  return new Map([...core].filter(([name]) => allowed.has(name)))
}

/** In order of place, each said once. */
const sorted = (diagnostics: readonly Diagnostic[]): Diagnostic[] =>
  [...new Map(diagnostics.map((one) => [`${formatDiagnostic(one)} ${one.location.col}`, one])).values()].sort((a, b) => (a.location.file < b.location.file ? -1 : a.location.file > b.location.file ? 1 : a.location.row - b.location.row || a.location.col - b.location.col))

export type QueryProgram = {
  readonly source: Source
  readonly body: readonly Clause[]
  /** For each literal as written: its text, and the variable that takes its value where it has one. */
  readonly literals: readonly { readonly text: string; readonly at: number; readonly variable: Variable | undefined }[]
  readonly variables: readonly Variable[]
  readonly slots: number
}

export type QueryOptions = {
  /** The package whose rules and imports the query sees by their own names. */
  readonly module?: Module
}

/** Compiles a query against a program. Throws `CompileError`. */
export function compileQuery(program: Compiled, source: Source, body: readonly Literal[], options: QueryOptions = {}): QueryProgram {
  const module: Module = options.module ?? { source, package: [], packageAt: 0, imports: [], rules: [], annotations: [], comments: [], version: 'v1' }
  const diagnostics: Diagnostic[] = []
  const env: Environment = {
    module: { ...module, source }, tree: program.tree, builtins: program.builtins, imports: importsOf(module),
    diagnostics, refused: [], replaced: new Set(program.replaced), uses: { prints: false },
  }
  const slots = new Slots()
  const scope = new Scope(slots, undefined, false)
  const terms = new Terms(env, resolveBody, () => [], () => ({}))
  const note = (code: Diagnostic['code'], message: string, at: number): void => {
    diagnostics.push({ code, message, location: source.locate(at) })
  }
  const clauses: Clause[] = []
  const literals: { text: string; at: number; variable: Variable | undefined }[] = []
  try {
    terms.open(body, new Set(), scope)
    for (const [i, literal] of body.entries()) {
      const end = body[i + 1]?.at ?? source.text.length
      const found = resolveBody(terms, [literal], scope)
      let variable: Variable | undefined
      for (const clause of found) {
        if (clause.kind !== 'test') clauses.push(clause)
        else {
          // a lone term shows its value, false included
          variable = slots.make('_', false)
          clauses.push({ kind: 'unify', left: { kind: 'variable', variable, at: clause.at }, right: clause.expression, with: clause.with, at: clause.at })
        }
      }
      literals.push({ text: source.text.slice(literal.at, end).trim().replace(/;$/, '').trim(), at: literal.at, variable })
    }
    orderBody(clauses, new Set(), (unsafe) => note('rego_unsafe_var_error', `var ${unsafe.variable.name} is unsafe`, unsafe.at))
  } catch (rejected) {
    if (!(rejected instanceof Rejected)) throw rejected
    note(rejected.code, rejected.message, rejected.at)
  }
  addRefused(env, env.replaced, diagnostics)
  if (diagnostics.length > 0) throw new CompileError(sorted(diagnostics))
  return { source, body: clauses, literals, variables: [...scope.names.values()], slots: slots.count }
}
