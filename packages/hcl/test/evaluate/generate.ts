/** Expressions made from a seed: every function called with arguments of all sorts, and nested expressions of all kinds. */
import { functions } from '../../src/function/index.ts'

export type Random = () => number

export function random(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const pick = <T>(r: Random, from: readonly T[]): T => from[Math.floor(r() * from.length)] as T

/** Never the same twice, or their results are the machine's own. */
const left = new Set(['timestamp', 'plantimestamp', 'uuid', 'bcrypt', 'base64gzip', 'abspath', 'pathexpand', 'try', 'can', 'templatestring', 'fileset', 'file', 'filebase64', 'fileexists', 'rsadecrypt'])

const strings = ['"a"', '"b,c"', '""', '"héllo"', '"10"', '"1.5"', '"true"', '"10.0.0.0/8"', '"2020-01-02T03:04:05Z"', '"[a-z]+"', '"%s-%v"', '"x\\ny"', '"/a/b"', '"🙂z"', 'var.secret']
const numbers = ['0', '1', '2', '-3', '1.5', '10', '1e20', '0.1', '255', '1/3', '64']
const others = ['true', 'false', 'null', '[]', '{}', '["a", "b"]', '[1, 2, 3]', '["b", null]', '[[1], [2, "x"]]', '{a = 1, b = "x"}', '{a = [1]}', 'tolist(["a", "b"])', 'tolist([3, 1])', 'toset(["b", "a"])', 'tomap({a = 1, b = 2})', 'tomap({a = ["x"]})', 'sensitive("s")', 'sensitive([1, 2])', '[sensitive("s"), "t"]', '{a = sensitive(1)}', 'local.nothing', 'local.numbers', 'var.names', 'var.map', 'terraform_data.u.id', '"${terraform_data.u.id}"', '["${terraform_data.u.id}"]', 'tolist([])', 'tomap({})']

function argumentFor(r: Random, kind: string): string {
  if (r() < 0.12) return pick(r, others)
  switch (kind) {
    case 'string':
      return r() < 0.15 ? pick(r, numbers) : pick(r, strings)
    case 'number':
      return r() < 0.15 ? pick(r, strings) : pick(r, numbers)
    case 'bool':
      return pick(r, ['true', 'false', '"true"'])
    case 'list':
    case 'set':
      return pick(r, others.filter((one) => one.includes('[') || one.startsWith('var.names') || one.startsWith('local.numbers')))
    case 'map':
      return pick(r, others.filter((one) => one.includes('{') || one.startsWith('var.map')))
    default:
      return pick(r, r() < 0.3 ? strings : r() < 0.4 ? numbers : others)
  }
}

export function functionCalls(seed: number, each: number): string[] {
  const r = random(seed)
  const made = new Set<string>()
  for (const [name, spec] of functions) {
    if (name.includes('::') || left.has(name)) continue
    for (let i = 0; i < each; i++) {
      const args = spec.params.map((one) => argumentFor(r, one.type.kind))
      const more = spec.rest === undefined ? 0 : Math.floor(r() * 4)
      for (let k = 0; k < more; k++) args.push(argumentFor(r, spec.rest?.type.kind ?? 'any'))
      if (r() < 0.03) args.pop()
      made.add(`${name}(${args.join(', ')})`)
    }
  }
  return [...made]
}

type Kind = 'number' | 'string' | 'bool' | 'list' | 'object'
const kinds: readonly Kind[] = ['number', 'string', 'bool', 'list', 'object']

const leaves: Record<Kind, readonly string[]> = {
  number: [...numbers, 'length(var.names)', 'var.map.one', 'local.numbers[1]', 'sensitive(3)', 'tonumber("${terraform_data.u.id}")', '"7"'],
  string: [...strings, 'var.names[0]', 'local.secrets.user', '"${terraform_data.u.id}"', '5', 'upper("x")'],
  bool: ['true', 'false', '"true"', 'sensitive(true)', 'var.any.b[1]', '("${terraform_data.u.id}" == "q")'],
  list: ['[]', '["a", "b"]', '[1, 2, 3]', '["b", null]', '[[1], [2]]', 'tolist(["a", "b"])', 'tolist([3, 1])', 'toset(["b", "a"])', 'sensitive([1, 2])', '[sensitive("s"), "t"]', 'local.numbers', 'var.names', '["${terraform_data.u.id}"]', 'tolist([])', '[{a = 1}, {a = 2}]', 'split(",", "x,y")', 'range(3)'],
  object: ['{}', '{a = 1, b = "x"}', '{a = [1]}', 'tomap({a = 1, b = 2})', 'tomap({a = ["x"]})', '{a = sensitive(1)}', 'var.map', 'var.settings', 'local.secrets', 'var.any', '{a = {b = true}}', 'tomap({})', '{a = "${terraform_data.u.id}"}'],
}

type Make = (of: (kind: Kind, share?: number) => string, bound: (kind: Kind, ...more: string[]) => string, r: Random) => string

const forms: Record<Kind, readonly Make[]> = {
  number: [
    (of, _, r) => `(${of('number')} ${pick(r, ['+', '-', '*', '/', '%'])} ${of('number')})`, (of) => `-${of('number')}`, (of) => `length(${of('list')})`, (of) => `max(${of('number')}, ${of('number')})`, (of) => `sum([${of('number')}, ${of('number')}])`,
    (of) => `(${of('bool')} ? ${of('number')} : ${of('number')})`, (of) => `length(${of('object')})`, (of) => `tonumber(tostring(${of('number')}))`, (of) => `floor(${of('number')})`, (of) => `length(${of('string')})`, (of) => `try(${of('object')}.a, ${of('number')})`, (of) => `jsondecode(jsonencode(${of('number')}))`,
  ],
  string: [
    (of) => `"x\${${of('string')}}y\${${of('number')}}"`, (of) => `tostring(${of('number')})`, (of) => `upper(${of('string')})`, (of) => `join("-", [for v in ${of('list')} : "\${jsonencode(v)}"])`, (of) => `jsonencode(${of('object')})`, (of) => `jsonencode(${of('list')})`, (of) => `yamlencode(${of('object')})`,
    (of) => `format("%v|%5.1f", ${of('list')}, ${of('number')})`, (of) => `(${of('bool')} ? ${of('string')} : ${of('string')})`, (of) => `coalesce(${of('string')}, ${of('string')})`, (of) => `"%{ if ${of('bool')} }\${${of('string')}}%{ else }no%{ endif }"`, (of) => `"%{ for v in ${of('list')} }\${jsonencode(v)};%{ endfor }"`,
    (of) => `replace(${of('string')}, "/[a-m]/", "<$0>")`, (of) => `substr(${of('string')}, 1, 2)`, (of) => `try(element(${of('list')}, 1), ${of('string')})`, (of) => `lookup(${of('object')}, "zz", ${of('string')})`,
  ],
  bool: [
    (of, _, r) => `(${of('number')} ${pick(r, ['<', '>', '<=', '>=', '==', '!='])} ${of('number')})`, (of, _, r) => `(${of('bool')} ${pick(r, ['&&', '||'])} ${of('bool')})`, (of) => `!${of('bool')}`, (of) => `contains(${of('list')}, ${of('string')})`, (of) => `(${of('list')} == ${of('list')})`, (of) => `can(${of('object')}.b)`,
    (of) => `issensitive(${of('string')})`, (of) => `(${of('object')} == ${of('object')})`, (of) => `(${of('string')} == ${of('string')})`, (of) => `startswith(${of('string')}, "x")`, (of) => `(${of('list')} != null)`,
  ],
  list: [
    (of) => `[${of('number')}, ${of('string')}]`, (of) => `[${of('list')}, ${of('list')}]`, (of) => `[${of('object')}, ${of('object')}]`, (_, bound) => bound('list'), (of) => `tolist(${of('list')})`, (of) => `toset(${of('list')})`, (of) => `concat(${of('list')}, ${of('list')})`, (of) => `flatten([${of('list')}, ${of('list')}])`, (of) => `keys(${of('object')})`,
    (of) => `values(${of('object')})`, (of) => `reverse(${of('list')})`, (of) => `distinct(${of('list')})`, (of) => `(${of('bool')} ? ${of('list')} : ${of('list')})`, (of) => `sensitive(${of('list')})`, (of) => `setunion(${of('list')}, ${of('list')})`, (of) => `setproduct(${of('list')}, ${of('list')})`, (of) => `chunklist(${of('list')}, 2)`, (of) => `${of('list')}[*]`,
    (of) => `[${of('object')}, ${of('object')}][*].a`, (of) => `slice(${of('list')}, 0, 1)`, (of) => `coalescelist(${of('list')}, ${of('list')})`, (of) => `tolist([${of('list')}, ${of('list')}])`, (of) => `toset([${of('object')}, ${of('object')}])`, (of) => `try(${of('object')}.a, ${of('list')})`, (of) => `yamldecode(yamlencode(${of('list')}))`, (of) => `nonsensitive(${of('list')})`,
    (of) => `sort([for v in ${of('list')} : jsonencode(v)])`, (of) => `compact([${of('string')}, ${of('string')}])`, (of) => `setsubtract(${of('list')}, ${of('list')})`,
  ],
  object: [
    (of) => `{a = ${of('number')}, c = ${of('list')}}`, (of) => `{(${of('string')}) = ${of('object')}}`, (_, bound) => bound('object'), (of) => `tomap({a = ${of('list')}, b = ${of('list')}})`, (of) => `tomap({a = ${of('object')}, b = ${of('object')}})`, (of) => `merge(${of('object')}, ${of('object')})`, (of) => `(${of('bool')} ? ${of('object')} : ${of('object')})`,
    (of) => `zipmap(["a", "b"], [${of('number')}, ${of('string')}])`, (of) => `jsondecode(jsonencode(${of('object')}))`, (of) => `yamldecode(yamlencode(${of('object')}))`, (of) => `sensitive(${of('object')})`, (of) => `try(${of('object')}.a, ${of('object')})`, (of) => `one([${of('object')}])`, (of) => `element([${of('object')}, ${of('object')}], 1)`,
  ],
}

/** An expression of about `size` parts that is of a kind, mostly; `names` are variables of loops around it. */
export function expression(r: Random, size: number, kind: Kind, names: readonly string[] = []): string {
  const actual = r() < 0.03 ? pick(r, kinds) : kind
  if (size <= 1) return r() < 0.3 && names.length > 0 && actual !== 'bool' ? pick(r, names) : pick(r, leaves[actual])
  const of = (inner: Kind, share = 0.5): string => expression(r, Math.floor(size * share), inner, names)
  const bound = (result: Kind): string => {
    const source = of(r() < 0.5 ? 'list' : 'object', 0.4)
    const inner = (one: Kind): string => expression(r, Math.floor(size * 0.4), one, [...names, 'k', 'v'])
    const test = r() < 0.3 ? ` if jsonencode(v) != ${of('string', 0.2)}` : ''
    return result === 'list' ? `[for k, v in ${source} : ${pick(r, ['v', 'k', inner(pick(r, kinds))])}${test}]` : `{for k, v in ${source} : "\${jsonencode(k)}" => ${inner(pick(r, kinds))}${r() < 0.2 ? '...' : ''}${test}}`
  }
  return pick(r, forms[actual])(of, bound, r)
}

export function randomExpressions(seed: number, count: number): string[] {
  const r = random(seed)
  const made = new Set<string>()
  while (made.size < count) {
    const one = expression(r, 2 + Math.floor(r() * 14), pick(r, kinds))
    if (one.length < 500) made.add(one)
  }
  return [...made]
}
