import { describe, expect, test } from 'vitest'
import { toPlain } from '../../src/evaluate/index.ts'
import { isKnown, num, object, text, unknown } from '../../src/value/value.ts'
import { any } from '../../src/value/type.ts'
import { argumentOf, evaluated, findings, output, resourcesOf } from './support.ts'

describe('variables', () => {
  test('a value from outside is converted to the type, and optional attributes are filled in, those of defaults too', () => {
    const source = `
      variable "v" {
        type = object({ name = string, port = optional(number, 80), disks = optional(list(object({ size = optional(number, 10) })), [{}]), note = optional(string) })
      }
      output "v" { value = var.v }`
    const given = object([['name', num(5)], ['disks', { type: any, data: null, marks: 0 }]])
    expect(output(evaluated(source, { v: given }), 'v')).toEqual({ name: '5', port: 80, disks: [{ size: 10 }], note: null })
  })

  test('what does not fit is a finding that names the variable', () => {
    const root = evaluated('variable "n" { type = number }\noutput "n" { value = var.n }', { n: text('x') })
    root.check()
    expect(root.diagnostics.map(({ detail }) => detail)).toEqual(['The given value is not suitable for var.n declared at main.tf:1,1-13: a number is required.'])
    expect(output(root, 'n')).toEqual({ unknown: true })
  })

  test('without a value and without a default it is unknown, and of its type', () => {
    const root = evaluated('variable "a" { type = list(string) }\noutput "type" { value = [for x in var.a : 1] }\noutput "a" { value = var.a }')
    expect(findings(root)).toEqual([])
    expect(root.variable('a').type).toEqual({ kind: 'list', element: { kind: 'string' } })
    expect(output(root, 'a')).toEqual({ unknown: true })
  })

  test('nullable = false takes the default for null', () => {
    const source = 'variable "a" {\n  default = "d"\n  nullable = false\n}\noutput "a" { value = var.a }'
    expect(output(evaluated(source, { a: { type: any, data: null, marks: 0 } }), 'a')).toBe('d')
    expect(output(evaluated(source.replace('nullable = false', ''), { a: { type: any, data: null, marks: 0 } }), 'a')).toBe(null)
  })

  test('a sensitive variable marks everything that is made of it', () => {
    const source = 'variable "s" {\n  sensitive = true\n  default = "x"\n}\noutput "o" { value = { a = "y-${var.s}", b = 1 } }'
    expect(output(evaluated(source), 'o')).toEqual({ a: { sensitive: true }, b: 1 })
  })

  test('validation is said to have failed in its own words, and not said when it cannot be known', () => {
    const source = 'variable "a" {\n  type = string\n  validation {\n    condition     = length(var.a) > 3\n    error_message = "Too short: ${var.a}."\n  }\n}'
    const root = evaluated(source, { a: text('ab') })
    root.check()
    expect(root.diagnostics.map(({ summary, detail }) => `${summary}: ${detail.split('\n')[0]}`)).toEqual(['Invalid value for variable: Too short: ab.'])
    expect(findings(evaluated(source, { a: text('abcd') }))).toEqual([])
    expect(findings(evaluated(source, { a: unknown(any) }))).toEqual([])
  })

  test('a wrong type constraint and a default that does not fit are findings', () => {
    expect(findings(evaluated('variable "a" { type = strin }'))).toEqual(['Invalid type specification'])
    expect(findings(evaluated('variable "a" {\n  type = number\n  default = "x"\n}'))).toEqual(['Invalid default value for variable'])
  })
})

describe('locals', () => {
  test('come in the order of what they need, a chain of thousands without a deep stack', () => {
    const chain = Array.from({ length: 20_000 }, (_, i) => `  l${i} = ${i === 19_999 ? '1' : `local.l${i + 1} + 1`}`).join('\n')
    expect(output(evaluated(`locals {\n${chain}\n}\noutput "o" { value = local.l0 }`), 'o')).toBe(20_000)
  })

  test.each([
    ['two locals', 'locals {\n  a = local.b\n  b = local.a\n}'],
    ['a local and itself', 'locals {\n  a = [local.a]\n}'],
    ['a resource and itself', 'resource "x" "y" { z = x.y.id }'],
    ['resources and a local', 'resource "x" "y" { z = local.a }\nlocals {\n  a = x.z.id\n}\nresource "x" "z" { z = x.y.id }'],
  ])('a loop is one finding: %s', (_, source) => {
    expect(findings(evaluated(source))).toEqual(['Cycle'])
  })

  test('what one module gives another and gets from it by another way is no loop, and the same way is', () => {
    const inner = 'variable "in" {}\noutput "fixed" { value = 1 }\noutput "echo" { value = var.in }'
    const outer = (of: string): string => `module "a" {\n  source = "./m"\n  in = module.b.${of}\n}\nmodule "b" {\n  source = "./m"\n  in = module.a.echo\n}`
    expect(findings(evaluated({ 'main.tf': outer('fixed'), 'm/m.tf': inner }))).toEqual([])
    expect(findings(evaluated({ 'main.tf': outer('echo'), 'm/m.tf': inner }))).toEqual(['Cycle'])
  })

  test('a reference to nothing is found wherever it stands, and once', () => {
    const root = evaluated('resource "x" "y" {\n  for_each = toset(["a", "b", "c"])\n  v = false ? local.nope : try(var.none, 1)\n  w = "x${local.gone}"\n}')
    resourcesOf(root)
    expect(root.diagnostics.map(({ summary }) => summary)).toEqual(['Reference to undeclared local value', 'Reference to undeclared input variable', 'Reference to undeclared local value'])
  })
})

describe('instances', () => {
  test('count and for_each give addresses, and count.index, each.key and each.value their meaning', () => {
    const root = evaluated('resource "x" "c" {\n  count = 2\n  v = count.index\n}\nresource "x" "e" {\n  for_each = { a = 1, "b c" = 2 }\n  v = "${each.key}${each.value}"\n}\ndata "x" "s" { v = 1 }')
    expect(argumentOf(root, 'v')).toEqual({ 'x.c[0]': 0, 'x.c[1]': 1, 'x.e["a"]': 'a1', 'x.e["b c"]': 'b c2', 'data.x.s': 1 })
  })

  test('a number that is not known gives one instance that stands for all', () => {
    const root = evaluated('resource "x" "a" {}\nresource "x" "c" {\n  count = x.a.n\n  v = count.index\n}\nresource "x" "e" {\n  for_each = x.a.m\n  v = each.value\n}')
    expect(argumentOf(root, 'v')).toMatchObject({ 'x.c[*]': { unknown: true }, 'x.e[*]': { unknown: true } })
    expect(findings(root)).toEqual([])
  })

  test.each([
    ['count = -1', 'Invalid count argument'],
    ['count = 1.5', 'Invalid count argument'],
    ['count = null', 'Invalid count argument'],
    ['count = "x"', 'Invalid count argument'],
    ['for_each = ["a"]', 'Invalid for_each argument'],
    ['for_each = null', 'Invalid for_each argument'],
    ['for_each = toset([1])', 'Invalid for_each argument'],
    ['for_each = sensitive({ a = 1 })', 'Invalid for_each argument'],
  ])('%s is a finding', (argument, summary) => {
    const root = evaluated(`resource "x" "y" {\n  ${argument}\n}`)
    resourcesOf(root)
    expect(root.diagnostics.map((one) => one.summary)).toEqual([summary])
  })

  test('are made one at a time: of a billion the first three cost nothing', () => {
    const root = evaluated('resource "x" "y" {\n  count = 1000000000\n  v = count.index\n}', {}, { mostInstances: 2_000_000_000 })
    const found: string[] = []
    for (const { address } of root.resources()) {
      found.push(address)
      if (found.length === 3) break
    }
    expect(found).toEqual(['x.y[0]', 'x.y[1]', 'x.y[2]'])
  })

  test('are bounded by the setting, and that is said', () => {
    const root = evaluated('resource "x" "y" { count = 50 }', {}, { mostInstances: 10 })
    expect(resourcesOf(root).length).toBe(10)
    expect(root.diagnostics.map(({ summary, severity }) => [summary, severity])).toEqual([['Too many instances', 'warning']])
  })

  test('know of one another what is configured, by constant and by computed keys, and nothing else', () => {
    const source = `
      resource "x" "one" { name = "n" }
      resource "x" "many" {
        for_each = toset(["a", "b"])
        name     = "m-\${each.key}"
      }
      output "o" { value = [x.one.name, x.one.id, x.many["a"].name, [for k in ["b"] : x.many[k].name], values(x.many)[*].name, x.many["b"].arn] }`
    expect(output(evaluated(source), 'o')).toEqual(['n', { unknown: true }, 'm-a', ['m-b'], ['m-a', 'm-b'], { unknown: true }])
  })
})

describe('blocks', () => {
  test('dynamic blocks become blocks, nested ones too, with iterators of any name', () => {
    const source = `
      resource "x" "y" {
        plain { a = 1 }
        dynamic "rule" {
          for_each = { p = [1, 2], q = [] }
          content {
            name = rule.key
            dynamic "port" {
              for_each = rule.value
              iterator = it
              content { number = it.value + it.key }
            }
          }
        }
      }`
    const [instance] = resourcesOf(evaluated(source))
    const shown = instance?.body.blocks.map((one) => [one.type, Object.fromEntries([...one.body.arguments].map(([name, { value }]) => [name, toPlain(value)])), one.body.blocks.map((inner) => toPlain(inner.body.arguments.get('number')?.value ?? text('')))])
    expect(shown).toEqual([['plain', { a: 1 }, []], ['rule', { name: 'p' }, [1, 3]], ['rule', { name: 'q' }, []]])
  })

  test('a dynamic block over something unknown is one block that says so', () => {
    const [, instance] = resourcesOf(evaluated('resource "x" "a" {}\nresource "x" "y" {\n  dynamic "b" {\n    for_each = x.a.list\n    content {\n      v = b.value\n    }\n  }\n}'))
    expect(instance?.body.blocks.map(({ type, unknown: open, body }) => [type, open, isKnown(body.arguments.get('v')?.value ?? text(''))])).toEqual([['b', true, false]])
  })

  test('every argument says where it stands', () => {
    const [instance] = resourcesOf(evaluated('resource "x" "y" {\n  v = 1\n}'))
    const argument = instance?.body.arguments.get('v')?.argument
    expect(argument?.source.range(argument.attribute).start).toMatchObject({ line: 2, column: 3 })
  })
})

describe('modules', () => {
  const inner = 'variable "n" { type = number }\nresource "x" "y" {\n  count = var.n\n  at = path.module\n}\noutput "twice" { value = var.n * 2 }\noutput "hidden" {\n  value = "h"\n  sensitive = true\n}'

  test('take inputs and give outputs, one by one and as a whole', () => {
    const files = { 'main.tf': 'module "m" {\n  source = "./in"\n  for_each = { a = 1, b = 2 }\n  n = each.value\n}\noutput "o" { value = [module.m["b"].twice, [for k, m in module.m : "${k}${m.twice}"]] }\noutput "h" { value = module.m["a"].hidden }', 'in/in.tf': inner }
    const root = evaluated(files)
    expect(output(root, 'o')).toEqual([4, ['a2', 'b4']])
    expect(output(root, 'h')).toEqual({ sensitive: true })
    expect(argumentOf(root, 'at')).toEqual({ 'module.m["a"].x.y[0]': 'in', 'module.m["b"].x.y[0]': 'in', 'module.m["b"].x.y[1]': 'in' })
  })

  test('one that could not be loaded is unknown, and no error', () => {
    const loaded = evaluated({ 'main.tf': 'output "o" { value = 1 }' })
    expect(findings(loaded)).toEqual([])
  })

  test('a wrong argument is found where it is written, in the caller', () => {
    const root = evaluated({ 'main.tf': 'module "m" {\n  source = "./in"\n  n = "x"\n}', 'in/in.tf': inner })
    root.check()
    const [finding] = root.diagnostics
    expect([finding?.summary, finding?.source?.name, finding?.source?.position(finding.start).line]).toEqual(['Invalid value for module argument', 'main.tf', 3])
  })
})
