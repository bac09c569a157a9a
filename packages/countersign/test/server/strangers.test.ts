/** Whoever has no credentials gets nothing, at any route, in any spelling; whoever has no role gets nothing from any use case. */
import { describe, expect, it } from 'vitest'
import type { Actor } from '../../src/identity/index.ts'
import { actionNames } from '../../src/gate/index.ts'
import { ask, runBody } from '../support/sample-run.ts'
import { ownedServer } from '../support/scratch-server.ts'

/** Routes that are for everybody, each with its reason. */
const open: [RegExp, string][] = [
  [/^(GET|HEAD) \/api\/v1\/status$/, 'says that there is a server, and of which version'],
  [/^(GET|HEAD) \/openapi\.json$/, 'describes the interface'],
  [/^POST \/api\/v1\/setup\//, 'needs the one-time token in its body'],
  [/^POST \/api\/v1\/owner-recovery\//, 'needs the secret of a link that the host printed'],
  [/^POST \/api\/v1\/invitation\//, 'needs the secret of an enrolment link in its body'],
  [/^POST \/api\/v1\/session\/(begin|finish|password|recovery)$/, 'is the sign-in'],
  [/^(GET|HEAD) \/\.well-known\/terraform\.json$/, 'says where terraform login goes'],
  [/^[A-Z]+ \/oidc\/\*$/, 'is the sign-in provider, which has its own tests'],
  [/^(GET|HEAD) \/(|c|c\/:code|setup|sign-in|runs|runs\/:id|workspaces|workspaces\/\*|quarantine|state-credentials|keys|people|join|recover|sessions|address|device|policy|audit)$/, 'is the console\'s page, which holds no data'],
  [/^(GET|HEAD) \/(assets\/|favicon|icon|index\.html|manifest|robots)/, 'is a file of the console'],
]
const isOpen = (route: string): boolean => open.some(([pattern]) => pattern.test(route))

const filled = (url: string, code: string): string =>
  url.replace(':code', code).replace('/runs/:id', '/runs/run_00000000000000000000000000000000').replace('/changes/:id', '/changes/pol_00000000000000000000000000000000')
    .replace('/authenticators/:id', '/authenticators/aut_00000000000000000000000000000000').replace(/:[a-z]+/g, 'x').replace('*', 'x')

const spellings: ((path: string) => string)[] = [
  (path) => path,
  (path) => `${path}/`,
  (path) => `/${path}`,
  (path) => path.replace('/api/', '//api//'),
  (path) => path.replace('/api/', '/API/'),
  (path) => path.replace('/api/v1', '/api/./v1'),
  (path) => path.replace('/api/v1', '/x/../api/v1'),
  (path) => path.replace('/api/v1/', '/api%2Fv1%2F'),
  (path) => path.replace('v1', '%76%31'),
  (path) => `${path}?access_token=x`,
  (path) => `${path};jsessionid=1`,
  (path) => `${path}%00`,
  (path) => `${path}#`,
]

type Tried = { name: string; action: string; run(actor: Actor | null, input: unknown): Promise<unknown> }

/** However a room groups them. */
const useCasesIn = (value: object): Tried[] => ('run' in value ? [value as Tried] : Object.values(value).flatMap((one: object) => useCasesIn(one)))

describe('a stranger', () => {
  it('gets nothing from any route, in any spelling', async () => {
    const { server, terminal, port } = await ownedServer()
    const run = await ask(terminal, runBody())
    const routes = server.app.routeTable.filter(({ method, url }) => !isOpen(`${method} ${url}`))
    expect(routes.length).toBeGreaterThan(25)
    const through: string[] = []
    for (const { method, url } of routes) {
      for (const spell of spellings) {
        const path = spell(filled(url, run.code))
        for (const headers of [{}, { authorization: 'Bearer x' }, { authorization: 'DPoP cs_at_x', dpop: 'x' }, { cookie: 'countersign_session=x' }, { 'x-http-method-override': 'GET', 'x-forwarded-for': '127.0.0.1' }]) {
          const answer = await server.app.inject({ method: method as 'GET', url: path, headers: { host: `localhost:${port}`, ...headers }, ...(method === 'POST' ? { payload: {} } : {}) })
          if (answer.statusCode < 400) through.push(`${method} ${path} ${JSON.stringify(headers)} -> ${answer.statusCode}`)
        }
      }
    }
    expect(through).toEqual([])
  })

  it('is refused before a large body is read, and a body nested deep is never walked', async () => {
    const { url, terminal } = await ownedServer()
    const deep = `{"workspace":${'['.repeat(200_000)}${']'.repeat(200_000)}}`
    const stranger = await fetch(`${url}/api/v1/runs`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: deep })
    expect([401, 403]).toContain(stranger.status)
    const nested = JSON.parse('['.repeat(100) + ']'.repeat(100)) as unknown
    expect((await terminal.call('POST', '/api/v1/runs', { workspace: nested })).body).toMatchObject({ code: 'invalid_request' })
  })

  it('is not answered under another host\'s name', async () => {
    const { server, port } = await ownedServer()
    for (const host of ['evil.example', `evil.example:${port}`, `127.0.0.1:${port}`, `localhost:${port}.evil.example`, '']) {
      const answer = await server.app.inject({ method: 'GET', url: '/api/v1/status', headers: { host } })
      expect(answer.statusCode).toBe(421)
    }
  })

  it('gets headers that keep other pages out, with every answer', async () => {
    const { server, port } = await ownedServer()
    for (const url of ['/', '/c/AAAA-BBBB-CCCC', '/api/v1/status', '/nothing', '/api/v1/runs']) {
      const { headers } = await server.app.inject({ method: 'GET', url, headers: { host: `localhost:${port}` } })
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
      expect(headers['content-security-policy']).toContain("require-trusted-types-for 'script'")
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY', 'referrer-policy': 'no-referrer' })
    }
  })
})

describe('somebody without a role', () => {
  it('is refused by every use case there is, and by each as a person who is nobody', async () => {
    const { server } = await ownedServer()
    const all = useCasesIn(server.parts.useCases)
    const somebody = (via: Actor['via']): Actor => ({
      kind: 'person', id: 'usr_00000000000000000000000000000000', name: 'Nobody', roles: ['owner'], via, session: 's', executor: '', source: { address: '127.0.0.1', client: 'x' }, authTime: 0,
    })
    for (const useCase of all) {
      await expect(useCase.run(null, {}), useCase.name).rejects.toMatchObject({ code: 'session_required' })
      for (const via of ['browser', 'terminal', 'bearer', 'state'] as const) {
        await expect(useCase.run(somebody(via), {}), `${useCase.name} by a ${via}`).rejects.toMatchObject({ code: expect.stringMatching(/^(not_permitted|wrong_channel)$/) as string })
      }
    }
    expect([...new Set(all.map((useCase) => useCase.action))].sort()).toEqual([...actionNames].sort())
  })
})
