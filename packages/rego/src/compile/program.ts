/**
 * What the compiler makes of modules: rules in a tree, their bodies with every name resolved and every literal in an order in
 * which variables are bound before they are needed. The evaluator reads this and knows nothing of text.
 */
import type { Builtin } from '../builtin/registry.ts'
import type { Source } from '../syntax/tree.ts'
import type { Value } from '../value/index.ts'

/** A variable of one rule or query. Its value lives in slot `slot` of the registers. */
export type Variable = { readonly name: string; readonly slot: number; readonly shown: boolean }

export type Callee = { readonly kind: 'builtin'; readonly name: string; readonly builtin: Builtin } | { readonly kind: 'function'; readonly name: string; readonly node: RuleNode }

export type Expression =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'variable'; readonly variable: Variable; readonly at: number }
  | { readonly kind: 'input'; readonly path: readonly Expression[]; readonly at: number }
  | { readonly kind: 'data'; readonly path: readonly Expression[]; readonly at: number }
  | { readonly kind: 'path'; readonly base: Expression; readonly path: readonly Expression[]; readonly at: number }
  | { readonly kind: 'array'; readonly items: readonly Expression[] }
  | { readonly kind: 'set'; readonly items: readonly Expression[] }
  | { readonly kind: 'object'; readonly pairs: readonly (readonly [Expression, Expression])[] }
  | Comprehension
  | { readonly kind: 'call'; readonly callee: Callee; readonly args: readonly Expression[]; readonly at: number }
  | { readonly kind: 'template'; readonly parts: readonly (string | Comprehension)[]; readonly at: number }

/** `free`: the variables of outer bodies that it reads. `body` is in order once the checks are done. */
export type Comprehension = {
  readonly kind: 'each'
  readonly of: 'array' | 'set' | 'object'
  readonly key: Expression | undefined
  readonly value: Expression
  readonly body: Clause[]
  readonly free: ReadonlySet<Variable>
  readonly at: number
}

export type Replacement = { readonly at: number; readonly value: Expression; readonly function: Callee | undefined } & (
  | { readonly kind: 'input' | 'data'; readonly path: readonly string[] }
  | { readonly kind: 'builtin'; readonly name: string }
  | { readonly kind: 'function'; readonly node: RuleNode }
)

export type Clause = { readonly at: number; readonly with: readonly Replacement[] } & (
  | { readonly kind: 'test'; readonly expression: Expression }
  | { readonly kind: 'unify'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'not'; readonly clause: Clause }
  | { readonly kind: 'member'; readonly key: Expression | undefined; readonly value: Expression; readonly domain: Expression }
  | { readonly kind: 'every'; readonly key: Variable | undefined; readonly value: Variable | undefined; readonly domain: Expression; readonly body: Clause[]; readonly free: ReadonlySet<Variable> }
  | { readonly kind: 'print'; readonly args: readonly Comprehension[] }
  | { readonly kind: 'never' }
)

export type BranchProgram = { readonly body: Clause[]; readonly value: Expression; readonly at: number }

export type RuleProgram = {
  readonly source: Source
  readonly node: RuleNode
  /** The slots of a function's arguments. */
  readonly args: readonly Variable[]
  /** The part of the head's path that only evaluation knows: `x` of `p[x]`. */
  readonly keys: readonly Expression[]
  readonly contains: boolean
  /** The first branch, then those of `else`. Of `contains` rules, the value is the member. */
  readonly branches: readonly BranchProgram[]
  readonly slots: number
  readonly at: number
  readonly end: number
}

export type RuleKind = 'complete' | 'set' | 'object' | 'function'

/** A place in `data` that rules or packages define. */
export class RuleNode {
  readonly path: readonly string[]
  readonly parent: RuleNode | undefined
  readonly id: number
  readonly children = new Map<string, RuleNode>()
  kind: RuleKind | undefined
  rules: RuleProgram[] = []
  fallback: RuleProgram | undefined
  /** Of functions: how many arguments they take. */
  arity = 0

  constructor(path: readonly string[], parent: RuleNode | undefined, id: number) {
    this.path = path
    this.parent = parent
    this.id = id
  }

  get name(): string {
    return formatPath(['data', ...this.path])
  }
}

/** `data.a["b-c"]`. */
export const formatPath = (path: readonly string[]): string =>
  path.map((name, i) => (i === 0 ? name : /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`)).join('')

export type Program = {
  readonly root: RuleNode
  readonly nodes: readonly RuleNode[]
  readonly rules: readonly RuleProgram[]
  readonly prints: boolean
}
