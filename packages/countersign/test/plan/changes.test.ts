import { expect, test } from 'vitest'
import { changeSentence, differences, summarise } from '../../src/plan/index.ts'
import type { JsonObject, PlanAction } from '../../src/plan/index.ts'
import { change, onServer } from './plans.ts'
import type { ChangeInput } from './plans.ts'

const classed = (input: ChangeInput): string => {
  const first = onServer([change(input)]).changes[0]
  return first === undefined ? 'no-op' : `${first.class}${first.order === '' ? '' : ` ${first.order}`}`
}

test.each<[PlanAction[], JsonObject, string]>([
  [['create'], {}, 'create'],
  [['update'], {}, 'update'],
  [['delete'], {}, 'delete'],
  [['delete', 'create'], {}, 'replace delete-first'],
  [['create', 'delete'], {}, 'replace create-first'],
  [['create', 'forget'], {}, 'replace create-then-forget'],
  [['read'], {}, 'read'],
  [['forget'], {}, 'forget'],
  [['no-op'], {}, 'no-op'],
  [['no-op'], { previous_address: 'terraform_data.old' }, 'move'],
  [['update'], { previous_address: 'terraform_data.old' }, 'update'],
])('%j is %s', (actions, more, expected) => {
  expect(classed({ actions, before: { a: 1 }, after: { a: 2 }, more })).toBe(expected)
})

test('an import is a class when nothing else happens, and is counted beside an update when it does', () => {
  const importing = { change: { importing: { id: 'x' } } }
  expect(classed({ actions: ['no-op'], before: { a: 1 }, after: { a: 1 }, ...importing })).toBe('import')
  const { plan, changes } = onServer([change({ before: { a: 1 }, after: { a: 2 }, ...importing })])
  expect(changeSentence(summarise(changes, plan))).toBe('1 to change, 1 to import')
})

test('what cannot be undone comes first: data, then other destruction, replacement, permissions, the rest', () => {
  const { changes } = onServer([
    change({ type: 'aws_lb', name: 'new', after: { a: 1 } }),
    change({ type: 'aws_iam_role', name: 'new', after: { a: 1 } }),
    change({ type: 'aws_lb', name: 'gone', before: { a: 1 } }),
    change({ type: 'aws_lb', name: 'again', actions: ['delete', 'create'], before: { a: 1 }, after: { a: 2 } }),
    change({ type: 'aws_db_instance', name: 'again', actions: ['delete', 'create'], before: { a: 1 }, after: { a: 2 } }),
    change({ type: 'aws_db_instance', name: 'gone', before: { a: 1 } }),
  ])
  expect(changes.map((one) => one.address)).toEqual(['aws_db_instance.gone', 'aws_db_instance.again', 'aws_lb.gone', 'aws_lb.again', 'aws_iam_role.new', 'aws_lb.new'])
})

test('the sentence and the critical ones of the demonstration', () => {
  const { plan, changes } = onServer([
    change({ name: 'a', after: { input: 1 } }),
    change({ name: 'b', after: { input: 1 } }),
    change({ name: 'c', actions: ['delete', 'create'], before: { input: 1 }, after: { input: 2 } }),
    change({ name: 'database', before: { input: 1 } }),
  ])
  const summary = summarise(changes, plan)
  expect(changeSentence(summary)).toBe('2 to add, 1 to replace, 1 to destroy')
  expect(summary.critical).toEqual([{ address: 'terraform_data.database', action: 'delete', reason: 'is destroyed, with what it holds' }])
})

test('outputs alone, and nothing at all', () => {
  const output = (actions: PlanAction[]): JsonObject => ({ output_changes: { o: { actions, before: null, after: 1, after_unknown: false, before_sensitive: false, after_sensitive: false } } })
  const one = onServer([], output(['create']))
  expect(changeSentence(summarise(one.changes, one.plan))).toBe('1 output to change')
  const none = onServer([], output(['no-op']))
  expect(changeSentence(summarise(none.changes, none.plan))).toBe('nothing to change')
})

test('at most 50 critical resources are named, the others are counted', () => {
  const { plan, changes } = onServer(Array.from({ length: 60 }, (_, i) => change({ type: 'aws_db_instance', address: `aws_db_instance.x[${i}]`, before: { a: 1 } })))
  const summary = summarise(changes, plan)
  expect([summary.critical.length, summary.criticalOmitted]).toEqual([50, 10])
})

test('differences: paths as written, absent, unknown and hidden sides, what forces the replacement', () => {
  const { changes } = onServer([
    change({
      actions: ['delete', 'create'],
      before: { a: 1, list: [{ x: 1 }, { x: 2 }], tags: { 'a.b': 'old', same: 's' }, secret: 'old-one', id: 'i-1' },
      after: { a: 2, list: [{ x: 1 }, { x: 3 }, { x: 4 }], tags: { 'a.b': 'new', same: 's' }, secret: 'new-one', added: true },
      unknown: { id: true, list: [{}, {}, {}] },
      beforeSensitive: { secret: true },
      afterSensitive: { secret: true },
      change: { replace_paths: [['a']] },
    }),
  ])
  const [first] = changes
  const found = first === undefined ? [] : differences(first)
  expect(found.map(({ path, before, after, forcesReplacement }) => [path, before.kind, after.kind, forcesReplacement])).toEqual([
    ['a', 'value', 'value', true],
    ['list[1].x', 'value', 'value', false],
    ['list[2].x', 'absent', 'value', false],
    ['tags["a.b"]', 'value', 'value', false],
    ['secret', 'sensitive', 'sensitive', false],
    ['id', 'value', 'unknown', false],
    ['added', 'absent', 'value', false],
  ])
})

test('differences stop at the limit', () => {
  const { changes } = onServer([change({ after: Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`k${i}`, i])) })])
  const [first] = changes
  expect(first === undefined ? 0 : differences(first, 20).length).toBe(20)
})
