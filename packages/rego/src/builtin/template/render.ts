/** `strings.render_template`: templates of Go's text/template over a value. Every node and every byte is charged. */
import { get, isArray, isNumber, isObject, toJson, type Value } from '../../value/index.ts'
import { define } from '../define.ts'
import { objectAt, stringAt } from '../operand.ts'
import { type Builtin, type BuiltinContext, BuiltinFault } from '../registry.ts'
import { functions, isTrue, keysOf, printed } from './functions.ts'
import { type Command, type Node, type Operand, parseTemplate, type Pipe, type Template } from './parse.ts'

export const renderTemplate: Builtin = define('strings.render_template', 'string, object -> string', 'a template of Go, with the object as its dot', (args, context) => {
  const text = stringAt(args, 1)
  const data = toJson(objectAt(args, 2))
  context.spend(text.length)
  const template = parseTemplate(text)
  const run = new Run(template, context)
  run.nodes(template.body, data, new Map([['$', data]]), 0)
  return run.out.join('')
})

type Variables = Map<string, Value | undefined>

class Stop extends Error {
  readonly how: 'break' | 'continue'

  constructor(how: 'break' | 'continue') {
    super(how)
    this.how = how
  }
}

class Run {
  readonly out: string[] = []
  readonly #template: Template
  readonly #context: BuiltinContext

  constructor(template: Template, context: BuiltinContext) {
    this.#template = template
    this.#context = context
  }

  nodes(nodes: readonly Node[], dot: Value | undefined, variables: Variables, depth: number): void {
    if (depth > 500) throw new BuiltinFault('template: : exceeded maximum template depth')
    for (const node of nodes) {
      this.#context.spend(1)
      this.#node(node, dot, variables, depth)
    }
  }

  #write(text: string): void {
    this.#context.reserve(1 + (text.length >> 3))
    this.out.push(text)
  }

  #node(node: Node, dot: Value | undefined, variables: Variables, depth: number): void {
    switch (node.kind) {
      case 'text': return this.#write(node.text)
      case 'print': {
        const value = this.#pipe(node.pipe, dot, variables)
        // a value that is missing shows as OPA shows what is undefined
        if (node.pipe.declares.length === 0) this.#write(value === undefined ? '<undefined>' : printed(value))
        return
      }
      case 'template': {
        const body = this.#template.named.get(node.name)
        if (body === undefined) throw new BuiltinFault(`template: : template ${JSON.stringify(node.name)} not defined`)
        const inner = node.pipe === undefined ? null : this.#pipe(node.pipe, dot, variables)
        return this.nodes(body, inner, new Map([['$', inner]]), depth + 1)
      }
      case 'break':
      case 'continue': throw new Stop(node.kind)
      case 'range': return this.#range(node, dot, variables, depth)
      default: {
        const scope = new Map(variables)
        const value = this.#pipe(node.pipe, dot, scope)
        const chosen = isTrue(value)
        return this.nodes(chosen ? node.body : node.otherwise, chosen && node.kind === 'with' ? value : dot, scope, depth + 1)
      }
    }
  }

  #range({ pipe, body, otherwise }: Node & { kind: 'if' | 'with' | 'range' }, dot: Value | undefined, variables: Variables, depth: number): void {
    const value = this.#commands(pipe, dot, variables)
    const count = isNumber(value) ? Number(value) : 0
    if (count > 0) this.#context.reserve(count)
    const items: [Value, Value][] = isArray(value) ? value.map((item, index) => [index, item])
      : isNumber(value) ? Array.from({ length: Math.max(0, count) }, (_, index) => [index, index])
        : value !== undefined && isObject(value) ? keysOf(value).map((key) => [key, get(value, key) ?? null]) : []
    if (value !== undefined && value !== null && !isArray(value) && !isObject(value) && !isNumber(value)) throw new BuiltinFault(`template: : range can't iterate over ${printed(value)}`)
    if (items.length === 0) return this.nodes(otherwise, dot, new Map(variables), depth + 1)
    const [first, second] = pipe.declares
    for (const [key, item] of items) {
      const scope = new Map(variables)
      if (second !== undefined) scope.set(first ?? '', key).set(second, item)
      else if (first !== undefined) scope.set(first, item)
      try {
        this.nodes(body, item, scope, depth + 1)
      } catch (error) {
        if (!(error instanceof Stop)) throw error
        if (error.how === 'break') return
      } finally {
        // what the body assigned to outer variables stays
        for (const name of variables.keys()) if (!pipe.declares.includes(name)) variables.set(name, scope.get(name))
      }
    }
  }

  #pipe(pipe: Pipe, dot: Value | undefined, variables: Variables): Value | undefined {
    const value = this.#commands(pipe, dot, variables)
    for (const name of pipe.declares) {
      if (pipe.assigns && !variables.has(name)) throw new BuiltinFault(`template: : undefined variable ${JSON.stringify(name)}`)
      variables.set(name, value)
    }
    return value
  }

  #commands(pipe: Pipe, dot: Value | undefined, variables: Variables): Value | undefined {
    let value: Value | undefined
    for (const [index, command] of pipe.commands.entries()) value = this.#command(command, dot, variables, index > 0 ? [value] : [])
    return value
  }

  #command([head, ...rest]: Command, dot: Value | undefined, variables: Variables, last: readonly (Value | undefined)[]): Value | undefined {
    this.#context.spend(1)
    if (head?.kind !== 'function') {
      if (rest.length > 0 || last.length > 0) throw new BuiltinFault("template: : can't give argument to non-function")
      return head === undefined ? undefined : this.#operand(head, dot, variables)
    }
    if (head.name === 'and' || head.name === 'or') return this.#either(head.name === 'and', rest, dot, variables, last)
    const call = Object.hasOwn(functions, head.name) ? functions[head.name] : undefined
    if (call === undefined) throw new BuiltinFault(`template: : function ${JSON.stringify(head.name)} not defined`)
    const args = [...rest.map((operand) => this.#operand(operand, dot, variables)), ...last].map((value) => value ?? null)
    return call(args, this.#context)
  }

  /** The first value that decides; what follows it is not evaluated. */
  #either(all: boolean, operands: readonly Operand[], dot: Value | undefined, variables: Variables, last: readonly (Value | undefined)[]): Value | undefined {
    let value: Value | undefined
    for (const operand of operands) {
      value = this.#operand(operand, dot, variables)
      if (isTrue(value) !== all) return value
    }
    return last.length > 0 ? last[0] : value
  }

  #operand(operand: Operand, dot: Value | undefined, variables: Variables): Value | undefined {
    switch (operand.kind) {
      case 'value': return operand.value
      case 'dot': return dot
      case 'pipe': return this.#commands(operand.pipe, dot, variables)
      case 'function': return this.#command([operand], dot, variables, [])
      case 'variable': {
        if (!variables.has(operand.name)) throw new BuiltinFault(`template: : undefined variable ${JSON.stringify(operand.name)}`)
        return variables.get(operand.name)
      }
      default: {
        const start = this.#operand(operand.of, dot, variables)
        return operand.names.reduce<Value | undefined>((value, name) => {
          if (value === undefined || value === null) return undefined
          if (!isObject(value)) throw new BuiltinFault(`template: : can't evaluate field ${name} in type ${isArray(value) ? '[]interface {}' : typeof value}`)
          return get(value, name)
        }, start)
      }
    }
  }
}
