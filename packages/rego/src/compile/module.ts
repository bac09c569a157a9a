/** What one module can see: its imports, its package's rules, the builtins. */
import type { Builtin } from '../builtin/registry.ts'
import type { CompileCode, Diagnostic } from '../error.ts'
import type { Module, Term } from '../syntax/tree.ts'
import { type Callee, formatPath, RuleNode } from './program.ts'

/** Stops the compilation of one rule; its diagnostic has been noted. */
export class Rejected {
  readonly code: CompileCode
  readonly message: string
  readonly at: number

  constructor(code: CompileCode, message: string, at: number) {
    this.code = code
    this.message = message
    this.at = at
  }
}

export class Tree {
  readonly root = new RuleNode([], undefined, 0)
  readonly nodes: RuleNode[] = [this.root]
  readonly #names = new Map<string, Set<string>>()

  /** With which names the rules of a package begin, in all of its files. */
  names(path: readonly string[]): Set<string> {
    const key = path.join('\u0000')
    let names = this.#names.get(key)
    if (names === undefined) this.#names.set(key, (names = new Set()))
    return names
  }

  /** The node of a path, made where it is missing. */
  make(path: readonly string[]): RuleNode {
    let node = this.root
    for (const name of path) {
      let next = node.children.get(name)
      if (next === undefined) {
        next = new RuleNode([...node.path, name], node, this.nodes.length)
        this.nodes.push(next)
        node.children.set(name, next)
      }
      node = next
    }
    return node
  }

  find(path: readonly string[]): RuleNode | undefined {
    let node: RuleNode | undefined = this.root
    for (const name of path) node = node?.children.get(name)
    return node
  }
}

export type Environment = {
  readonly module: Module
  readonly tree: Tree
  readonly builtins: ReadonlyMap<string, Builtin>
  /** Aliases of imports, as paths that begin with `data` or `input`. */
  readonly imports: ReadonlyMap<string, readonly string[]>
  readonly diagnostics: Diagnostic[]
  /** Builtins of kind `refused` that are called, and where; and those that some `with` replaces. */
  readonly refused: { readonly name: string; readonly diagnostic: Diagnostic }[]
  readonly replaced: Set<string>
  readonly uses: { prints: boolean }
}

export function importsOf(module: Module): Map<string, readonly string[]> {
  const imports = new Map<string, readonly string[]>()
  for (const one of module.imports) {
    const root = one.path[0]
    if (root === 'data' || root === 'input') imports.set(one.alias ?? one.path.at(-1) ?? '', one.path)
  }
  return imports
}

/** What a name means in a module, where no variable has it: a path into data or input. */
export function globalPath(env: Environment, name: string): readonly string[] | undefined {
  if (name === 'input' || name === 'data') return [name]
  const imported = env.imports.get(name)
  if (imported !== undefined) return imported
  return env.tree.names(env.module.package).has(name) ? ['data', ...env.module.package, name] : undefined
}

/** `foo.bar` of a term made of names only. */
export function dotted(term: Term): readonly string[] | undefined {
  if (term.kind === 'var') return [term.name]
  if (term.kind !== 'ref' || term.head.kind !== 'var') return undefined
  const path = [term.head.name]
  for (const one of term.path) {
    if (one.kind !== 'value' || typeof one.value !== 'string') return undefined
    path.push(one.value)
  }
  return path
}

/** Who is called by a name; undefined where nobody is. */
export function findCallee(env: Environment, term: Term): Callee | undefined {
  const path = dotted(term)
  if (path === undefined) return undefined
  const global = globalPath(env, path[0] ?? '')
  if (global !== undefined) {
    const full = [...global, ...path.slice(1)]
    const node = full[0] === 'data' ? env.tree.find(full.slice(1)) : undefined
    if (node?.kind === 'function') return { kind: 'function', name: formatPath(full), node }
  }
  const name = path.join('.')
  const builtin = env.builtins.get(name)
  return builtin === undefined ? undefined : { kind: 'builtin', name, builtin }
}
