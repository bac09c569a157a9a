/** The serial under which a state is served that became current again: nothing else of its bytes changes. */
import { describe, expect, it } from 'vitest'
import { serialAgain, served } from '../../src/doors/state/serial.ts'

const put = (text: string, serial: number): string => served(Buffer.from(text), serial).toString('utf8')

describe('another serial', () => {
  it.each([
    ['{"version":4,"serial":5,"lineage":"l"}', 6, '{"version":4,"serial":6,"lineage":"l"}'],
    ['{"version":4,"serial":9,"lineage":"l"}', 10, '{"version":4,"serial":10,"lineage":"l"}'],
    ['{\n  "outputs": {"serial": {"value": "\\"serial\\": 1"}},\n  "a\\\\": "serial", "serial" :\t 12 }', 7, '{\n  "outputs": {"serial": {"value": "\\"serial\\": 1"}},\n  "a\\\\": "serial", "serial" :\t 7 }'],
    ['{"resources":[{"serial":3},["serial",4]],"x":"serial","serial":2}', 44, '{"resources":[{"serial":3},["serial",4]],"x":"serial","serial":44}'],
    ['{"größe":"é","serial":1}', 2, '{"größe":"é","serial":2}'],
  ])('%s', (text, serial, expected) => {
    expect(put(text, serial)).toBe(expected)
  })

  it.each(['{"version":4}', '{"a":{"serial":1}}', '["serial",1]', '{"serial":"1"}', '', '{"a":"serial'])('is refused where there is none: %s', (text) => {
    expect(() => put(text, 2)).toThrow(expect.objectContaining({ code: 'state_unreadable' }) as Error)
  })

  it('is above every one that the lineage had, and its own where that is higher', () => {
    const known = [{ lineage: 'a', serial: 7 }, { lineage: 'b', serial: 90 }, { lineage: 'a', serial: 3 }]
    expect([serialAgain(3, 'a', known), serialAgain(20, 'a', known), serialAgain(3, 'c', known), serialAgain(90, 'b', known)]).toEqual([8, 20, 3, 91])
  })
})
