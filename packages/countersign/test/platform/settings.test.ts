import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadSettings, SettingError, settingsHelp, settingsTable } from '../../src/platform/settings.ts'
import { parseDatabaseUrl } from '../../src/platform/store/postgres/address.ts'

let data: string
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'countersign-settings-'))
})
afterEach(() => rmSync(data, { recursive: true, force: true }))

const file = (text: string): void => writeFileSync(join(data, 'countersign.yaml'), text)
const refusal = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    if (error instanceof SettingError) return error.message
    throw error
  }
  return 'accepted'
}

test('without a word: loopback, localhost, info, and a folder of the user', () => {
  const { settings } = loadSettings({}, { HOME: '/home/somebody' })
  expect({ ...settings, url: settings.url.href }).toMatchObject({
    data: '/home/somebody/.local/share/countersign', config: '/home/somebody/.local/share/countersign/countersign.yaml', databaseUrl: '',
    addr: [{ host: '127.0.0.1', port: 7420 }, { host: '::1', port: 7420 }], url: 'http://localhost:7420/', tlsCert: '', tlsKey: '', trustedProxy: [], log: 'info',
  })
  expect(loadSettings({}, { XDG_DATA_HOME: '/x', HOME: '/home/somebody' }).settings.data).toBe('/x/countersign')
})

test('a flag goes before the environment, the environment before the file', () => {
  file('log: warn\nurl: https://file.example\n')
  const load = (flags: { log?: string }, environment: Record<string, string>) => loadSettings({ data, ...flags }, environment).settings.log
  expect([load({}, {}), load({}, { COUNTERSIGN_LOG: 'error' }), load({ log: 'debug' }, { COUNTERSIGN_LOG: 'error' })]).toEqual(['warn', 'error', 'debug'])
  expect(loadSettings({ data }, {}).settings.url.host).toBe('file.example')
})

test('an empty variable counts as not set', () => {
  expect(loadSettings({ data }, { COUNTERSIGN_LOG: '', COUNTERSIGN_ADDR: '' }).settings.log).toBe('info')
})

test('a settings file that was named must be there; the usual one need not', () => {
  expect(loadSettings({ data }, {}).settings.config).toBe(join(data, 'countersign.yaml'))
  expect(refusal(() => loadSettings({ data, config: join(data, 'other.yaml') }, {}))).toMatch(/cannot be read/)
  expect(refusal(() => loadSettings({ data }, { COUNTERSIGN_CONFIG: join(data, 'other.yaml') }))).toMatch(/cannot be read/)
})

test.each([
  ['an unknown key', 'adress: x', /unknown setting "adress".*addr/],
  ['a key that only flags have', 'data: /x', /unknown setting "data"/],
  ['a list', '- a', /name: value/],
  ['not YAML', 'a: [', /not valid YAML/],
  ['a key twice', 'log: info\nlog: warn', /not valid YAML/],
  ['a value that is not one text', 'url: [a]', /one text/],
])('the file is refused for %s', (_name, text, message) => {
  file(text)
  expect(refusal(() => loadSettings({ data }, {}))).toMatch(message)
})

test('a bad value is refused with where it stands, what it says and what would be right', () => {
  file('log: loud\n')
  expect(refusal(() => loadSettings({ data }, {}))).toMatch(/^log in .*countersign\.yaml must be one of trace, .*"loud"/)
  expect(refusal(() => loadSettings({ data, log: 'info', url: 'localhost' }, {}))).toMatch(/^--url must be https/)
  expect(refusal(() => loadSettings({ data, log: 'info' }, { COUNTERSIGN_ADDR: '7420' }))).toMatch(/^COUNTERSIGN_ADDR must be host:port/)
})

test.each(['ftp://a.example', 'https://a.example/path', 'https://user@a.example', 'https://a.example/?x=1', 'http://a.example', 'http://127.0.0.1:7420', 'https://[::1]', 'https://10.0.0.1'])(
  'the public URL %s is refused', (url) => {
    expect(refusal(() => loadSettings({ data, url }, {}))).toMatch(/^--url must be https/)
  })

test('the link follows the port that is listened on, unless a URL is said', () => {
  expect(loadSettings({ data, addr: '127.0.0.1:7431,[::1]:7431' }, {}).settings.url.href).toBe('http://localhost:7431/')
  expect(loadSettings({ data, addr: '127.0.0.1:7431', url: 'http://localhost:9000' }, {}).settings.url.href).toBe('http://localhost:9000/')
})

test.each([':1', 'a', 'a:99999', '[::1]', 'a:1,,b:2', '::1:7420'])('the address %s is refused', (addr) => {
  expect(refusal(() => loadSettings({ data, addr }, {}))).toMatch(/^--addr must be host:port/)
})

test('a variable of ours that nobody reads is refused: it is a mistyped one', () => {
  expect(refusal(() => loadSettings({ data }, { COUNTERSIGN_ADRR: 'x' }))).toMatch(/COUNTERSIGN_ADRR.*COUNTERSIGN_ADDR/)
  expect(refusal(() => loadSettings({ data }, { COUNTERSIGN_TEST_LONG: '1', PATH: '' }))).toBe('accepted')
})

test('what is less safe than the default is said', () => {
  expect(loadSettings({ data, databaseUrl: 'postgres://u@db.example/c?sslmode=disable', url: 'https://countersign.example' }, {}).warnings).toEqual([expect.stringContaining('not encrypted')])
  expect(loadSettings({ data, url: 'https://countersign.example', log: 'silent' }, {}).warnings).toEqual([expect.stringContaining('Nothing is logged')])
  expect(loadSettings({ data, url: 'https://countersign.example' }, {}).warnings).toEqual([])
})

test('the help says every setting of the table, and what it says by default is what it does', () => {
  expect(settingsHelp().map(({ flag }) => flag)).toEqual(settingsTable.map(({ flag }) => flag))
  const { settings } = loadSettings({ data }, {})
  const shown = new Map(settingsHelp().map((row) => [row.key, row.initial]))
  expect(shown.get('url')).toBe(settings.url.origin)
  expect(shown.get('log')).toBe(settings.log)
  expect(shown.get('addr')).toBe(settings.addr.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`).join(','))
})

test.each([
  ['another scheme', 'mysql://u@h/d'], ['no database', 'postgres://u@h'], ['no host', 'postgres:///d'], ['an unknown parameter', 'postgres://u@h/d?options=-cx'],
  ['encryption for whoever answers', 'postgres://u@h/d?sslmode=require'], ['certificates without TLS', 'postgres://u@h/d?sslmode=disable&sslrootcert=/x'],
  ['certificates that are not there', 'postgres://u@h/d?sslrootcert=/nowhere.pem'], ['TLS on a socket', 'postgres://u@%2Frun/d?sslmode=verify-full'],
])('a database URL is refused for %s, and its password is never repeated', (_name, url) => {
  const message = refusal(() => loadSettings({ data, databaseUrl: url.replace('u@', 'u:hunter2@') }, {}))
  expect(message).toMatch(/^--database-url (must|has|says|names|asks)/)
  expect(message).not.toContain('hunter2')
})

test('a database on another machine is spoken to with TLS, its certificate verified; one on this machine need not be', () => {
  expect(parseDatabaseUrl('postgres://u:p%40@db.example/c')).toMatchObject({ host: 'db.example', port: 5432, user: 'u', password: 'p@', database: 'c', tls: { servername: 'db.example' }, shown: 'db.example:5432/c' })
  for (const url of ['postgres://u@localhost/c', 'postgres://u@127.0.0.1:55/c', 'postgres://u@%2Frun/c', 'postgres:///c?host=/run']) expect(parseDatabaseUrl(url)).toMatchObject({ tls: false, crossesNetworkOpenly: false })
})

test.each(['proxy.example', '10.0.0.0/33', '10.0.0', '0.0.0.0/0', '::/0', '10.0.0.1/', '10.0.0.1/8/8'])('%s is no proxy', (proxy) => {
  expect(refusal(() => loadSettings({ data, trustedProxy: proxy }, {}))).toMatch(/^--trusted-proxy (must be|names every)/)
})

test('what was said and what is only the default are told apart', () => {
  file('addr: 127.0.0.1:7420\n')
  expect([...loadSettings({ data, log: 'info' }, { COUNTERSIGN_TLS_CERT: '/x' }).said].toSorted()).toEqual(['addr', 'data', 'log', 'tlsCert'])
})
