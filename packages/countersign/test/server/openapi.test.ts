/** The interface as it is described: every call has its row, and what is checked in is what is served. */
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { nameOf, operations } from '../../src/server/http/openapi.ts'
import { scratchServer } from '../support/scratch-server.ts'

const file = resolve(import.meta.dirname, '../../../../docs/openapi.json')

it('every call of the interface is described, and nothing that is not there', async () => {
  const { server } = await scratchServer()
  const there = server.app.routeTable.filter(({ method, url }) => url.startsWith('/api/') && method !== 'HEAD').map(({ method, url }) => nameOf(method, url))
  expect(Object.keys(operations).sort()).toEqual([...new Set(there)].sort())
})

it('docs/openapi.json is what the server serves (COUNTERSIGN_TEST_WRITE=1 writes it)', async () => {
  const { server, port } = await scratchServer()
  const { body } = await server.app.inject({ method: 'GET', url: '/openapi.json', headers: { host: `localhost:${port}` } })
  const served = `${JSON.stringify(JSON.parse(body), null, 2)}\n`
  if (process.env['COUNTERSIGN_TEST_WRITE'] === '1') writeFileSync(file, served)
  expect(JSON.parse(body)).toMatchObject({ openapi: '3.1.0' })
  expect(served).toBe(readFileSync(file, 'utf8'))
})
