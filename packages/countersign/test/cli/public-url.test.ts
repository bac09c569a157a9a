import { expect, test } from 'vitest'
import { urlIsMissing } from '../../src/cli/public-url.ts'
import { loadSettings, type Flags } from '../../src/platform/settings.ts'

const missing = (flags: Flags): boolean => urlIsMissing(loadSettings({ data: '/nowhere', ...flags }, {}))

test('the public URL is asked for where others will come and nobody said one', () => {
  expect([missing({}), missing({ addr: '127.0.0.1:1,[::1]:1' })]).toEqual([false, false])
  expect([missing({ addr: '0.0.0.0:1' }), missing({ tlsCert: '/x' }), missing({ trustedProxy: '10.0.0.1' })]).toEqual([true, true, true])
  expect(missing({ addr: '0.0.0.0:1', url: 'https://countersign.example' })).toBe(false)
})
