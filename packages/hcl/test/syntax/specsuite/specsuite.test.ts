/** HCL's own specification suite, read in place; without it this says so and skips. Each case: a file, a specification to read it by, expectations. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { evaluateExpression } from '../../../src/evaluate/evaluate.ts'
import { variableScope } from '../../../src/evaluate/scope.ts'
import { constraintOf } from '../../../src/evaluate/type-expression.ts'
import { attributes, type Block, type Body, parse, parseJson, type Source } from '../../../src/index.ts'
import { convert } from '../../../src/value/convert.ts'
import { display, displayType } from '../../../src/value/display.ts'
import { dynamic } from '../../../src/value/value.ts'
import { conformance, conformanceFiles } from '../../support/texts.ts'
import { readBySpecification } from './specification.ts'

const expectations = conformanceFiles('hcl', '.t').map(({ path }) => path.slice(join(conformance, 'hcl').length + 1, -2))

const blocksOf = (body: Body, type: string): Block[] => body.items.flatMap((item) => (item.kind === 'block' && item.type === type ? [item] : []))

/** The ranges of expected findings, as `line:column+byte - line:column+byte`. */
function expectedRanges(of: Body, source: Source): string[] {
  return blocksOf(of, 'diagnostics').flatMap(({ body }) => (body.kind !== 'body' ? [] : blocksOf(body, 'error'))).map(({ body }) => {
    const ends = ['from', 'to'].map((end) => {
      const [place] = body.kind === 'body' ? blocksOf(body, end) : []
      const set = place === undefined ? new Map() : attributes(place.body).attributes
      const [line, column, byte] = ['line', 'column', 'byte'].map((name) => source.slice(set.get(name)?.value ?? { start: 0, end: 0 }))
      return `${line}:${column}+${byte}`
    })
    return ends.join(' - ')
  })
}

function runCase(name: string, extension: '.hcl' | '.hcl.json'): void {
  const base = join(conformance, 'hcl', name)
  const expected = parse(readFileSync(`${base}.t`), { name: `${base}.t` })
  const specification = parse(readFileSync(`${base}.hcldec`), { name: `${base}.hcldec` })
  expect([...expected.diagnostics, ...specification.diagnostics]).toEqual([])
  const bytes = readFileSync(base + extension)
  const file = extension === '.hcl' ? parse(bytes) : parseJson(bytes)
  const { source, body } = file.tree
  const wanted = expectedRanges(expected.tree.body, expected.tree.source)
  // a file with mistakes is not read any further: its findings are what is expected
  const read = file.diagnostics.length > 0 ? null : readBySpecification(specification.tree.body, specification.tree.source, body, source)

  const ranges = [...file.diagnostics, ...(read?.found ?? [])].map((found) => {
    const { start, end } = source.range(found)
    return `${start.line}:${start.column}+${start.byte} - ${end.line}:${end.column}+${end.byte}`
  })
  expect(ranges.toSorted()).toEqual(wanted.toSorted())

  if (read === null) return
  const { attributes: set } = attributes(expected.tree.body)
  const type = set.get('result_type')?.value
  const constraint = type && constraintOf(type, expected.tree.source, [], () => dynamic).type
  if (constraint) expect(displayType(convert(read.value, constraint).type)).toBe(displayType(read.value.type))
  const result = set.get('result')?.value
  if (result === undefined) return
  const { value } = evaluateExpression(result, variableScope(new Map()), expected.tree.source)
  // the expectation's collections are tuples and objects: they are compared in the type of the result
  expect(display(read.value)).toBe(display(convert(value, read.value.type)))
}

describe.skipIf(expectations.length === 0)('the specification suite', () => {
  test.each(expectations.filter((name) => existsSync(join(conformance, 'hcl', `${name}.hcl`))))('%s', (name) => runCase(name, '.hcl'))

  test.each(expectations.filter((name) => existsSync(join(conformance, 'hcl', `${name}.hcl.json`))))('%s, in JSON', (name) => runCase(name, '.hcl.json'))
})
