import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { rfc3339 } from '../../src/platform/clock.ts'
import { newId } from '../../src/platform/ids.ts'
import { systemRandom } from '../../src/platform/random.ts'

test('an id is its prefix and a UUIDv7 in 32 hex characters, whatever the time and the random bytes', () => {
  fc.assert(fc.property(fc.nat({ max: 2 ** 47 }), fc.uint8Array({ minLength: 10, maxLength: 10 }), (time, bytes) => {
    const id = newId('run', { now: () => time }, { bytes: () => bytes })
    expect(id).toMatch(/^run_[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/)
    expect(Number.parseInt(id.slice(4, 16), 16)).toBe(time)
  }))
})

test('ids sort by the time they were made, and two of one millisecond differ', () => {
  const at = (time: number): string => newId('ws', { now: () => time }, systemRandom)
  expect(at(1_700_000_000_000) < at(1_700_000_000_001)).toBe(true)
  expect(at(5)).not.toBe(at(5))
})

test('a prefix is short and lower-case', () => {
  for (const prefix of ['', 'Run', 'r_n', 'toolong']) expect(() => newId(prefix, { now: () => 0 }, systemRandom)).toThrow(/prefix/)
})

test('times in JSON have milliseconds and Z', () => {
  expect(rfc3339(0)).toBe('1970-01-01T00:00:00.000Z')
})
