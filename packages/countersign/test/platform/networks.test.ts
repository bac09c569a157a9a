import { expect, test } from 'vitest'
import { isWithin, parseAddress, parseRange } from '../../src/platform/networks.ts'

const within = (address: string, ...ranges: string[]): boolean => isWithin(address, ranges.flatMap((range) => parseRange(range) ?? []))

test('an address is in its own network, in either way it may arrive, and in no other', () => {
  expect([within('10.1.2.3', '10.1.0.0/16'), within('::ffff:10.1.2.3', '10.1.0.0/16'), within('10.1.2.3', '::ffff:10.1.2.3'), within('fd00::5', 'fd00::/8')]).toEqual([true, true, true, true])
  expect([within('10.2.2.3', '10.1.0.0/16'), within('10.1.2.3', 'fd00::/8'), within('fe80::5', 'fd00::/8'), within('10.1.2.3')]).toEqual([false, false, false, false])
})

test.each(['', 'unknown', '10.1', '0x7f000001', '2130706433', '010.0.0.1', '10.0.0.1:80', '[::1]', '10.0.0.256', '1.2.3.4.5', ' 10.0.0.1'])('%j is no address', (text) => {
  expect(parseAddress(text)).toBeNull()
})
