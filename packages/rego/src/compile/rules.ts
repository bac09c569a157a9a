/** One rule: its scopes, its bodies with what the head asks of them, and the check that every variable is bound. */
import type { Diagnostic } from '../error.ts'
import { resolveBody } from './clauses.ts'
import type { Placed } from './heads.ts'
import type { Annotations } from './metadata.ts'
import { type Environment, Rejected } from './module.ts'
import { patternNames, termNames } from './names.ts'
import { orderBody } from './order.ts'
import type { BranchProgram, Clause, Expression, RuleProgram, Variable } from './program.ts'
import { Scope, Slots } from './scope.ts'
import { Terms } from './terms.ts'

export function compileRule(env: Environment, placed: Placed, annotations: Annotations): RuleProgram | undefined {
  const { rule, node, module } = placed
  const note = (code: Diagnostic['code'], message: string, at: number): void => {
    env.diagnostics.push({ code, message, location: module.source.locate(at) })
  }
  const terms = new Terms(env, resolveBody, () => annotations.chain(module, rule, node), () => annotations.rule(rule))
  const slots = new Slots()
  try {
    const outer = new Scope(slots, undefined, false)
    const args: Variable[] = []
    const patterns: (readonly [Variable, (typeof rule.path)[number]])[] = []
    for (const arg of rule.args ?? []) {
      const plain = arg.kind === 'var' && arg.name !== '_' && !outer.names.has(arg.name)
      if (plain) args.push(outer.declare(arg.name))
      else {
        const variable = slots.make('_', false)
        args.push(variable)
        if (arg.kind === 'var' && arg.name === '_') continue
        for (const name of patternNames(arg)) if (name !== '_' && !outer.names.has(name)) outer.declare(name)
        patterns.push([variable, arg])
      }
    }
    let keys: Expression[] = []
    const branches: BranchProgram[] = []
    for (const branch of rule.branches) {
      const scope = new Scope(slots, outer, false)
      const used = new Set<string>()
      const head = rule.contains ?? branch.value
      if (head !== undefined) termNames(head, used)
      for (const one of placed.dynamic) termNames(one, used)
      for (const [, pattern] of patterns) templateNames(pattern, used)
      terms.open(branch.body, used, scope)
      const body: Clause[] = []
      for (const [variable, pattern] of patterns) {
        const at = pattern.at
        body.push({ kind: 'unify', left: terms.resolve(pattern, scope), right: { kind: 'variable', variable, at }, with: [], at })
      }
      body.push(...resolveBody(terms, branch.body, scope))
      keys = placed.dynamic.map((one) => terms.lifted(terms.resolve(one, scope), scope, body, one.at))
      const value = head === undefined ? ({ kind: 'value', value: true } as const) : terms.lifted(terms.resolve(head, scope), scope, body, head.at)
      const bound = orderBody(body, new Set(args), (unsafe) => {
        note('rego_unsafe_var_error', `var ${unsafe.variable.name} is unsafe`, unsafe.at)
      })
      for (const one of [...keys, value]) {
        if (one.kind === 'variable' && !bound.has(one.variable)) note('rego_unsafe_var_error', `var ${one.variable.name} is unsafe`, one.at)
      }
      branches.push({ body, value, at: branch.at })
    }
    return { source: module.source, node, args, keys, contains: rule.contains !== undefined, branches, slots: slots.count, at: rule.at, end: rule.end }
  } catch (rejected) {
    if (!(rejected instanceof Rejected)) throw rejected
    note(rejected.code, rejected.message, rejected.at)
    return undefined
  }
}

/** A template string among the arguments reads variables that the body binds. */
function templateNames(term: Placed['dynamic'][number], used: Set<string>): void {
  if (term.kind !== 'template') return
  for (const part of term.parts) if (typeof part !== 'string' && part.kind === 'term') termNames(part.term, used)
}
