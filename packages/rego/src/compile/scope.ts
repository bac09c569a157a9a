/** Names inside of one rule: what is declared where, and what a closure takes from outside. */
import type { Variable } from './program.ts'

/** Hands out the slots of one rule or query. */
export class Slots {
  count = 0
  readonly all: Variable[] = []

  make(name: string, shown: boolean): Variable {
    const variable: Variable = { name, slot: this.count++, shown }
    this.all.push(variable)
    return variable
  }
}

export class Scope {
  readonly slots: Slots
  readonly parent: Scope | undefined
  readonly names = new Map<string, Variable>()
  /** Names declared here by `:=`, `some` or an argument, which a second declaration would meet. */
  readonly declared = new Map<string, 'assigned' | 'declared'>()
  /** Variables of outer scopes that were looked up through this one, where this is the scope of a closure. */
  readonly free: Set<Variable> | undefined
  /** Names that were read here before anything declared them. */
  readonly used = new Set<string>()

  constructor(slots: Slots, parent: Scope | undefined, closure: boolean) {
    this.slots = slots
    this.parent = parent
    this.free = closure ? new Set() : undefined
  }

  declare(name: string): Variable {
    const variable = this.slots.make(name, true)
    this.names.set(name, variable)
    return variable
  }

  find(name: string): Variable | undefined {
    const own = this.names.get(name)
    if (own !== undefined) return own
    const outer = this.parent?.find(name)
    if (outer !== undefined) this.free?.add(outer)
    return outer
  }

  has(name: string): boolean {
    return this.names.has(name) || (this.parent?.has(name) ?? false)
  }
}
