/** Through the real server: what a browser can do that was let in with a recovery code. The router is asked for every route there is. */
import { expect, test } from 'vitest'
import { SoftwarePerson } from '../../../src/demonstration/software-person.ts'
import { ask, runBody } from '../../support/sample-run.ts'
import { ownedServer } from '../../support/scratch-server.ts'

/** What the way to a new authenticator needs, and signing out. */
const reached = new Set([
  'GET /api/v1/session', 'DELETE /api/v1/session', 'GET /api/v1/authenticators', 'GET /api/v1/authenticator-apps', 'POST /api/v1/authenticator-apps/begin', 'POST /api/v1/authenticator-apps/confirm', 'DELETE /api/v1/authenticator-apps/:id',
])
/** For everybody; and for terminals alone, where a cookie counts as nothing. */
const others = /^[A-Z]+ \/(api\/v1\/(status$|setup\/|recover|session\/|invitation\/|host-recovery|me$|token$)|oidc\/|openapi\.json|\.well-known)/

test('a session that a recovery code opened answers no challenge, reads no run, and reaches no route but those of enrolling', async () => {
  const { server, url, person, terminal } = await ownedServer()
  const { identity } = server.parts
  const ada = (await person.must('GET', '/api/v1/session'))['person'] as { id: string }
  await server.parts.base.store.write((tx) => identity.profiles.set(tx, { person: ada.id, login: 'ada', email: '' }))
  const begun = await person.must('POST', '/api/v1/recovery-codes/begin', {})
  const { codes } = await person.must('POST', '/api/v1/recovery-codes', { proof: { ceremony: begun['ceremony'], response: person.sign(begun['options']) } })
  const lost = new SoftwarePerson(url, person.key)
  await lost.must('POST', '/api/v1/session/recovery', { login: 'ada', code: (codes as string[])[0] })
  const { code } = await ask(terminal, runBody())
  expect((await lost.call('POST', `/api/v1/ceremonies/${code}/begin`, {})).body).toMatchObject({ code: 'session_limited' })

  const through: string[] = []
  for (const { method, url: route } of server.app.routeTable) {
    if (!route.startsWith('/api/') || method === 'HEAD' || others.test(`${method} ${route}`) || reached.has(`${method} ${route}`)) continue
    const path = route.replace(':code', code).replaceAll(/:[A-Za-z]+/g, 'run_00000000000000000000000000000000')
    const { status, body } = await lost.call(method, path, method === 'GET' || method === 'DELETE' ? undefined : {})
    if (status < 400 || !['session_limited', 'invalid_request', 'token_required'].includes(String(body['code']))) through.push(`${method} ${path} -> ${status} ${String(body['code'])}`)
  }
  expect(through).toEqual([])
  expect((await lost.call('POST', '/api/v1/authenticator-apps/begin', { label: 'new phone' })).status).toBe(200)
  // The key that is there signs in as ever.
  await lost.signIn()
  await lost.countersign(code)
})
