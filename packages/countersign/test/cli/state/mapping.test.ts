import { describe, expect, it } from 'vitest'
import { verdictOf } from '../../../src/cli/state/import/decide.ts'
import { factsOf } from '../../../src/cli/state/import/facts.ts'
import { defaultRule, mapNames } from '../../../src/cli/state/import/mapping.ts'

const found = (path: string, workspace = 'default') => ({ name: `${path}@${workspace}`, path, workspace })
const targets = (rule: string, ...all: ReturnType<typeof found>[]): string[] => mapNames(all, rule, 'here').map(({ target }) => target)

describe('from the names of a source to workspaces', () => {
  it('by the rule where none is given, what says nothing is left out', () => {
    expect(targets(defaultRule('p'), found('network/prod'), found('app', 'staging'), found('', 'dev'), found(''))).toEqual(['p/network-prod', 'p/app-staging', 'p/dev', 'p/here'])
  })

  it('by a rule of the user', () => {
    expect(targets('p/{path}', found('network/prod'))).toEqual(['p/network/prod'])
    expect(targets('p/{path}/{workspace}', found('a', 'staging'), found('a'))).toEqual(['p/a/staging', 'p/a'])
    expect(targets('p/x-{workspace}', found('a', 'staging'), found('b'))).toEqual(['p/x-staging', 'p/x'])
  })

  it.each([
    ['p/{name}', [found('a', 'one'), found('a', 'two')], 'would both become p/a'],
    ['p/{env}', [found('a')], '{env} is nothing'],
    ['p q/{name}', [found('a')], 'is not the name of a workspace'],
    ['{name}', [found('a')], 'is not the name of a workspace'],
    ['p/{path}', [found('../x')], 'is not the name of a workspace'],
    ['p/{path}', [found('a\u202eb')], 'is not the name of a workspace'],
  ])('%s is refused for %j before anything is asked', (rule, all, words) => {
    expect(() => mapNames(all, rule, 'here')).toThrow(words)
  })
})

describe('what is to be done with a state', () => {
  const facts = (serial: number, lineage = 'l', digest = `d${serial}`) => ({ serial, lineage, digest, size: 1 })
  const current = (serial: number, lineage = 'l', digest = `d${serial}`) => ({ ...facts(serial, lineage, digest), version: 3 })
  const done = { workspace: 'p/a', digest: 'd7', lineage: 'l', serial: 7, version: 3, at: '' }

  it.each([
    ['new', facts(7), { ...current(0, '', ''), version: 0 }, undefined],
    ['newer', facts(7), current(6), undefined],
    ['in', facts(7), current(7), undefined],
    ['behind', facts(7), current(8), undefined],
    ['behind', facts(7), current(7, 'l', 'other bytes'), undefined],
    ['other', facts(7), current(3, 'another'), undefined],
    ['in', facts(7), current(12), done],
    ['newer', facts(13), current(12), done],
  ])('%s', (verdict, own, here, before) => {
    expect(verdictOf(own, here, before)).toBe(verdict)
  })
})

describe('the facts of a body', () => {
  const bytes = (value: unknown): Uint8Array => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))

  it('are lineage, serial, digest and size, of an encrypted body too', () => {
    expect(factsOf(bytes('{"version":4,"serial":3,"lineage":"x"}'), 'f')).toEqual({ lineage: 'x', serial: 3, digest: '22f08384f461a2c558685247ff64c908568230c057241c91b6f5c16525cdbc9f', size: 38 })
    expect(factsOf(bytes({ serial: 1, lineage: 'x', meta: {}, encrypted_data: 'AA==', encryption_version: 'v0' }), 'f')).toMatchObject({ lineage: 'x', serial: 1 })
  })

  it.each(['', '{', '[]', 'null', '7', { serial: 1 }, { lineage: 'x' }, { serial: '1', lineage: 'x' }, { serial: -1, lineage: 'x' }, { serial: 1.5, lineage: 'x' }, { serial: 2 ** 53, lineage: 'x' }, { serial: 1, lineage: '' }])('%j is not a state', (value) => {
    expect(() => factsOf(bytes(value), 'the.tfstate')).toThrow('the.tfstate is not a state of Terraform')
  })
})
