import { expect, it } from 'vitest'
import { ownedServer } from '../support/scratch-server.ts'

const chrome = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36'
const newer = chrome.replace('156', '157')
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

it('a session whose cookie comes from another browser ends, in both', async () => {
  const { url, person, server } = await ownedServer()
  const begun = await (await fetch(`${url}/api/v1/session/begin`, { method: 'POST', headers: { 'content-type': 'application/json', origin: url, 'user-agent': chrome }, body: '{}' })).json() as { ceremony: string; options: unknown }
  const finished = await fetch(`${url}/api/v1/session/finish`, { method: 'POST', headers: { 'content-type': 'application/json', origin: url, 'user-agent': chrome }, body: JSON.stringify({ ceremony: begun.ceremony, response: person.sign(begun.options) }) })
  const cookie = (finished.headers.getSetCookie()[0] ?? '').split(';', 1)[0] ?? ''
  const as = async (agent: string) => (await fetch(`${url}/api/v1/session`, { headers: { cookie, 'user-agent': agent } })).status
  expect(await as(chrome)).toBe(200)
  expect(await as(newer)).toBe(200)
  expect(await as(firefox)).toBe(401)
  expect(await as(chrome)).toBe(401)
  const rows = await server.parts.base.store.read((db) => db.selectFrom('session').select('ended_why').execute())
  expect(rows.map((row) => row.ended_why)).toContain('other-browser')
})
