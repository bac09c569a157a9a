import { expect, test } from 'vitest'
import { compileFilter, type FilterOptions } from '../../src/cli/audit/filter.ts'
import { CliError } from '../../src/cli/exit.ts'
import type { Entry } from '../../src/ledger/index.ts'

const NOW = Date.UTC(2026, 10, 21, 12)

function entry(index: number, type: string, ids: Record<string, string>, details: unknown, hoursAgo = 0): Entry {
  return { index, leaf: JSON.stringify({ ids, time: new Date(NOW - hoursAgo * 3_600_000).toISOString(), type, v: 1 }), salt: '', details: details === null ? null : JSON.stringify(details) }
}

const entries = [
  entry(0, 'gate.decided', { ref: 'run_a', person: 'usr_x' }, { input: { workspace: { name: 'a/b' } } }, 30),
  entry(1, 'gate.redeemed', { ref: 'run_a', person: 'usr_y' }, { grant: 'g' }, 2),
  entry(2, 'state.locked', { state: 'sta_1', person: 'usr_x' }, null, 1),
  entry(3, 'state.read', { state: 'sta_1', member: 'usr_x' }, { workspace: 'c/d' }),
  entry(4, 'gateway.odd', { ref: 'run_b' }, { note: 'a/b', why: '"workspace"' }),
]

function shown(options: FilterOptions): number[] {
  const filter = compileFilter(options, NOW)
  if (filter.prepares) entries.forEach((one) => filter.prepare(one))
  return entries.filter((one) => filter.matches(one)).map(({ index }) => index)
}

test.each<[FilterOptions, number[]]>([
  [{}, [0, 1, 2, 3, 4]],
  // Those that only belong to the same request or state as well, before or after, erased or not; not those that say the word elsewhere.
  [{ workspace: 'a/b' }, [0, 1]],
  [{ workspace: 'c/d' }, [2, 3]],
  [{ workspace: 'a' }, []],
  [{ person: 'usr_x' }, [0, 2, 3]],
  [{ type: 'gate' }, [0, 1]],
  [{ type: 'gate.decided' }, [0]],
  [{ type: 'gate.dec' }, []],
  [{ since: '90m' }, [2, 3, 4]],
  [{ since: '2026-11-21T10:00Z' }, [1, 2, 3, 4]],
  [{ since: '1d', person: 'usr_x', type: 'state' }, [2, 3]],
])('%j shows %j', (options, expected) => {
  expect(shown(options)).toEqual(expected)
})

test.each<FilterOptions>([{ since: 'tea' }, { since: '5' }, { since: '' }, { type: 'No' }, { type: 'gate.' }, { type: '' }])('%j is refused', (options) => {
  expect(() => compileFilter(options, NOW)).toThrow(CliError)
})
