import { describe, expect, test } from 'vitest'
import { compareStates, readState, reconcile } from '../../src/tfstate/index.ts'
import type { AddressDiff, Planned, PlannedAction } from '../../src/tfstate/index.ts'
import { state } from './states.ts'

const diff = (part: Partial<AddressDiff>): AddressDiff => ({ added: [], changed: [], removed: [], opaque: false, ...part, outputs: { added: [], changed: [], removed: [], ...part.outputs } })
const plan = (...entries: (readonly [string, PlannedAction, string?])[]): Planned[] => entries.map(([address, action, previousAddress]) => ({ address, action, ...(previousAddress === undefined ? {} : { previousAddress }) }))
const unexpected = (planned: Planned[], part: Partial<AddressDiff>, drift: string[] = []): string[] =>
  reconcile(planned, diff(part), [], { drift, partial: true }).unexpected.map(({ address, change }) => `${change} ${address}`)

describe('what each action explains', () => {
  const explained: Record<PlannedAction, string> = { create: 'added changed', update: 'changed', replace: 'added changed removed', delete: 'changed removed', forget: 'removed', import: 'added changed', move: 'added changed', read: '', 'no-op': '' }
  test.each(Object.entries(explained))('%s: %s', (action, changes) => {
    for (const change of ['added', 'changed', 'removed'] as const) {
      expect(unexpected(plan(['a.b', action as PlannedAction]), { [change]: ['a.b'] }), change).toEqual(changes.includes(change) ? [] : [`${change} a.b`])
    }
  })

  test('nothing explains a change of another address, of another index, of another module', () => {
    const planned = plan(['a.b', 'replace'], ['a.c[0]', 'replace'], ['a.d["x"]', 'replace'])
    for (const other of ['a.bb', 'a.c', 'a.c[1]', 'a.d', 'a.d["y"]', 'module.m.a.b']) expect(unexpected(planned, { changed: [other] }), other).toEqual([`changed ${other}`])
  })

  test('a replacement explains deposed objects of its address, an update does not', () => {
    const deposed = 'a.b (deposed 12345678)'
    for (const action of ['replace', 'delete'] as const) expect(unexpected(plan(['a.b', action]), { added: [deposed], removed: ['a.b (deposed 87654321)'] })).toEqual([])
    expect(unexpected(plan(['a.b', 'update']), { removed: [deposed] })).toEqual([`removed ${deposed}`])
    expect(unexpected(plan([deposed, 'delete']), { removed: [deposed] })).toEqual([])
  })

  test('a deletion of a deposed object explains nothing of the current one, and is not missed', () => {
    const planned: Planned[] = [{ address: 'a.b', action: 'delete', deposed: '12345678' }]
    expect(reconcile(planned, diff({ removed: ['a.b (deposed 12345678)'] }), [])).toMatchObject({ agrees: true, missing: [] })
    expect(unexpected(planned, { removed: ['a.b'] })).toEqual(['removed a.b'])
  })

  test('a move explains both of its addresses, with another action too', () => {
    expect(unexpected(plan(['a.new', 'move', 'a.old'], ['b.new', 'update', 'b.old']), { added: ['a.new', 'b.new'], removed: ['a.old', 'b.old'] })).toEqual([])
    expect(unexpected(plan(['a.new', 'move', 'a.old']), { changed: ['a.old'] })).toEqual(['changed a.old'])
  })

  test('drift that was shown explains a change and a disappearance, and nothing new', () => {
    expect(unexpected([], { changed: ['a.b'], removed: ['a.c'] }, ['a.b', 'a.c'])).toEqual([])
    expect(unexpected([], { added: ['a.b'] }, ['a.b'])).toEqual(['added a.b'])
  })

  test('data sources are no effect; what only looks like one is', () => {
    expect(unexpected([], { added: ['data.aws_ami.a', 'module.m[0].data.x.y', 'module.m["a.b"].module.n.data.x.y[0]'], changed: ['data.aws_ami.b'], removed: ['data.aws_ami.c'] })).toEqual([])
    for (const address of ['aws_vpc.data', 'module.data.aws_vpc.a', 'aws_vpc.a["data.x"]', 'module.m["].data.x.y"].aws_vpc.a']) expect(unexpected([], { changed: [address] }), address).toHaveLength(1)
  })
})

describe('masked index keys', () => {
  test('on either side stand for any key of the same resource, and of no other', () => {
    const masked = 'a.b["(masked:sensitive 1)"]'
    expect(unexpected(plan([masked, 'update']), { changed: ['a.b["secret-one"]'] })).toEqual([])
    expect(unexpected(plan(['a.b["x"]', 'update']), { changed: ['a.b["(masked:sensitive 0a1b2c3d4e5f)"]'] })).toEqual([])
    expect(unexpected(plan([masked, 'update']), { changed: ['a.b["(masked:high_entropy 7)"]'] })).toEqual([])
    expect(unexpected(plan([masked, 'update']), { removed: ['a.b["secret-one"]'], changed: ['a.c["x"]', 'a.b[0]'] })).toEqual(['changed a.c["x"]', 'changed a.b[0]', 'removed a.b["secret-one"]'])
    expect(reconcile(plan([masked, 'create']), diff({ added: ['a.b["secret-one"]'] }), []).missing).toEqual([])
  })

  test('a key of the state that imitates a mask stands for itself alone', () => {
    const facts = readState(state([{ type: 'a', name: 'b', instances: [{ index_key: '(masked:sensitive 1)', attributes: {} }] }]))
    const after = compareStates(readState(state([])), facts)
    expect(reconcile(plan(['a.b["x"]', 'create']), after, [], { partial: true }).unexpected).toEqual([{ address: 'a.b["(masked:reserved 1)"]', change: 'added' }])
  })

  test('a plain key stays a plain key', () => {
    expect(unexpected(plan(['a.b["x"]', 'update']), { changed: ['a.b["y"]'] })).toHaveLength(1)
    expect(reconcile(plan(['a.b["x"]', 'create']), diff({ added: ['a.b["y"]'] }), []).missing).toEqual([{ address: 'a.b["x"]', planned: 'create' }])
  })
})

describe('the verdict', () => {
  test('what was planned and is not there is missing, and may be after a failed apply', () => {
    const planned = plan(['a.create', 'create'], ['a.replace', 'replace'], ['a.delete', 'delete'], ['a.update', 'update'], ['data.x.y', 'read'], ['a.noop', 'no-op'], ['a.new', 'move', 'a.old'])
    const whole = reconcile(planned, diff({}), [])
    expect(whole).toMatchObject({ judged: true, agrees: false, unexpected: [] })
    expect(whole.missing.map((entry) => entry.address)).toEqual(['a.create', 'a.replace', 'a.delete', 'a.new'])
    expect(reconcile(planned, diff({}), [], { partial: true })).toMatchObject({ agrees: true, missing: whole.missing })
    expect(reconcile(planned, diff({ changed: ['a.other'] }), [], { partial: true }).agrees).toBe(false)
    expect(reconcile(planned, diff({ added: ['a.create', 'a.new'], changed: ['a.replace'], removed: ['a.delete', 'a.old'] }), [])).toEqual({ judged: true, agrees: true, unexpected: [], missing: [] })
  })

  test('outputs change only as planned', () => {
    const changed = diff({ outputs: { added: ['a'], changed: ['b'], removed: ['c'] } })
    expect(reconcile([], changed, ['a', 'b', 'c']).agrees).toBe(true)
    expect(reconcile([], changed, ['a']).unexpected).toEqual([{ address: 'output.b', change: 'changed' }, { address: 'output.c', change: 'removed' }])
  })

  test('of an encrypted state nothing is judged, and that is not agreement', () => {
    expect(reconcile([], diff({ opaque: true }), [])).toEqual({ judged: false, agrees: false, unexpected: [], missing: [] })
  })
})
