import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { loadSettings, SettingError } from '../../src/platform/settings.ts'

const hash = createHash('sha256').update('a secret of thirty-two characters').digest('hex')
const load = (environment: Record<string, string>) => loadSettings({}, { HOME: '/home/somebody', ...environment })
const refusal = (text: string): string => {
  try {
    load({ COUNTERSIGN_RESOURCE_SERVERS: text })
  } catch (error) {
    if (error instanceof SettingError) return error.message
    throw error
  }
  return 'accepted'
}

test('the device grant is off, and warned about where it is on', () => {
  expect(load({}).settings.deviceGrant).toBe(false)
  const on = load({ COUNTERSIGN_DEVICE_GRANT: 'true' })
  expect([on.settings.deviceGrant, on.warnings.join()]).toEqual([true, expect.stringContaining('device_grant')])
  expect(() => load({ COUNTERSIGN_DEVICE_GRANT: 'yes' })).toThrow(/true or false/)
})

test('resource servers are a name, an audience and the hash of a secret', () => {
  expect(load({}).settings.resourceServers).toEqual([])
  const { settings } = load({ COUNTERSIGN_RESOURCE_SERVERS: `vault https://vault.example.com sha256:${hash}, ci  http://localhost:8080/ci   sha256:${hash}` })
  expect(settings.resourceServers).toEqual([{ name: 'vault', audience: 'https://vault.example.com', secretHash: hash }, { name: 'ci', audience: 'http://localhost:8080/ci', secretHash: hash }])
})

test.each([
  ['a secret in clear', 'vault https://vault.example.com hunter2', /sha256/],
  ['a short hash', 'vault https://vault.example.com sha256:abcd', /64 hex digits/],
  ['a name of ours', `terraform https://vault.example.com sha256:${hash}`, /client of ours/],
  ['our own program', `countersign-cli https://vault.example.com sha256:${hash}`, /client of ours/],
  ['an audience that is no URL', `vault vault.example.com sha256:${hash}`, /absolute URL/],
  ['an audience with a fragment', `vault https://vault.example.com#x sha256:${hash}`, /fragment/],
  ['one audience for two', `a https://x.example sha256:${hash}, b https://x.example sha256:${hash}`, /once/],
  ['one name twice', `a https://x.example sha256:${hash}, a https://y.example sha256:${hash}`, /once/],
])('%s is refused', (_what, text, message) => expect(refusal(text)).toMatch(message))
