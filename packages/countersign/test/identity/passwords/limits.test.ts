/** Through the real server: what one address may try. */
import { expect, test } from 'vitest'
import { ownedServer } from '../../support/scratch-server.ts'

for (const [path, body] of [['password', { login: 'ada', password: 'x', code: 'no code' }], ['recovery', { login: 'ada', code: 'no code' }]] as const)
  test(`one address tries to sign in (${path}) at most 120 times a minute; keys are not slowed down by that`, async () => {
    const { server, person, port } = await ownedServer()
    const statuses: Record<number, number> = {}
    for (let at = 0; at < 125; at++) {
      const { statusCode } = await server.app.inject({ method: 'POST', url: `/api/v1/session/${path}`, headers: { host: `localhost:${port}` }, payload: body })
      statuses[statusCode] = (statuses[statusCode] ?? 0) + 1
    }
    expect(statuses[429]).toBeGreaterThanOrEqual(5)
    expect(statuses[500] ?? 0).toBe(0)
    await person.signIn()
  })
