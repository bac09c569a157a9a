/** Expressions whose variables are all bound: one value, or undefined. */
import type { Comprehension, Expression, RuleNode } from '../compile/program.ts'
import { EvaluationError } from '../error.ts'
import { bare, members, ObjectBuilder, RegoSet, equal, type Value } from '../value/index.ts'
import { compileCall } from './call.ts'
import { absent, type Context, type Get, type Registers } from './context.ts'
import type { Bound, Generator } from './generator.ts'
import { compileReference } from './path.ts'

export function compileExpression(g: Generator, expression: Expression, bound: Bound, root: RuleNode): Get {
  switch (expression.kind) {
    case 'value': {
      const { value } = expression
      return () => value
    }
    case 'variable': {
      const { slot } = expression.variable
      return (r) => r[slot] as Value
    }
    case 'input':
    case 'data':
    case 'path':
      return compileReference(g, expression, bound, root)
    case 'array':
      return list(expression.items.map((item) => g.expression(item, bound)))
    case 'set': {
      const items = list(expression.items.map((item) => g.expression(item, bound)))
      return (r, c) => {
        const values = items(r, c)
        return values === undefined ? undefined : new RegoSet(values as readonly Value[])
      }
    }
    case 'object': {
      const pairs = expression.pairs.map(([key, value]) => [g.expression(key, bound), g.expression(value, bound)] as const)
      return (r, c) => {
        const builder = new ObjectBuilder()
        for (const [key, value] of pairs) {
          const name = key(r, c)
          const one = name === undefined ? undefined : value(r, c)
          if (name === undefined || one === undefined) return undefined
          builder.set(name, one)
        }
        return builder.build()
      }
    }
    case 'each':
      return closed(g, expression, compileComprehension(g, expression, bound))
    case 'call':
      return compileCall(g, expression, bound)
    case 'template':
      return compileTemplate(g, expression, bound)
  }
}

function list(items: readonly Get[]): Get {
  return (r, c) => {
    const values: Value[] = []
    for (const item of items) {
      const value = item(r, c)
      if (value === undefined) return undefined
      values.push(value)
    }
    return values
  }
}

/** A comprehension that reads no variable from outside has one value for each state of the documents: it is kept. */
function closed(g: Generator, each: Comprehension, get: Get): Get {
  if (each.free.size > 0) return get
  const place = g.rules.cacheSlot()
  return (r, c) => {
    const known = c.known[place]
    if (known !== undefined) return known === absent ? undefined : (known as Value)
    const value = get(r, c)
    c.known[place] = value === undefined ? absent : value
    return value
  }
}

export function compileComprehension(g: Generator, each: Comprehension, bound: Bound): Get {
  const place = g.register()
  const collect = (then: (value: Get, key: Get | undefined) => (r: Registers, c: Context) => boolean) =>
    g.body(each.body, new Set(bound), (inner) => then(g.expression(each.value, inner), each.key === undefined ? undefined : g.expression(each.key, inner)))
  if (each.of === 'array') {
    const body = collect((value) => (r, c) => {
      const one = value(r, c)
      if (one === undefined) return false
      c.query.reserve(1)
      ;(r[place] as Value[]).push(one)
      return false
    })
    return (r, c) => {
      const made: Value[] = []
      r[place] = made
      body(r, c)
      return made
    }
  }
  if (each.of === 'set') {
    const body = collect((value) => (r, c) => {
      const one = value(r, c)
      if (one === undefined) return false
      c.query.reserve(1)
      ;(r[place] as RegoSet).add(one)
      return false
    })
    return (r, c) => {
      const made = new RegoSet()
      r[place] = made
      body(r, c)
      return made
    }
  }
  const body = collect((value, key) => (r, c) => {
    const name = key?.(r, c)
    const one = value(r, c)
    if (name === undefined || one === undefined) return false
    c.query.reserve(1)
    const builder = r[place] as ObjectBuilder
    const before = builder.get(name)
    if (before !== undefined && !equal(before, one)) throw new EvaluationError('eval_conflict_error', 'object keys must be unique')
    builder.set(name, one)
    return false
  })
  return (r, c) => {
    const made = new ObjectBuilder()
    r[place] = made
    body(r, c)
    return made.build()
  }
}

function compileTemplate(g: Generator, template: Expression & { kind: 'template' }, bound: Bound): Get {
  const parts = template.parts.map((part) => (typeof part === 'string' ? part : compileComprehension(g, part, bound)))
  return (r, c) => {
    let text = ''
    for (const part of parts) {
      if (typeof part === 'string') text += part
      else {
        const values = members(part(r, c) as RegoSet)
        if (values.length > 1) throw g.located(template.at, new EvaluationError('eval_conflict_error', 'template-string expressions must not produce multiple outputs'), '')
        text += values.length === 0 ? '<undefined>' : bare(values[0] as Value)
      }
      c.query.reserve(text.length >> 4)
    }
    return text
  }
}
