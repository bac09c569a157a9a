/** The connection to a database on another machine: encrypted, to a server whose certificate the named authority issued for that name. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, inject, onTestFinished, test } from 'vitest'
import { openStore } from '../../src/platform/store/open.ts'
import { createAuthority } from '../support/certificates.ts'
import { startPostgres } from '../support/postgres.ts'
import { scratchFolder } from '../support/scratch-server.ts'

test('with the right authority and name it opens; with another authority, another name, or without TLS it does not', async () => {
  const [ours, others] = [await createAuthority(), await createAuthority()]
  const server = await startPostgres(inject('postgres').bin, { tls: await ours.issue('127.0.0.1') })
  onTestFinished(() => server.remove())
  const folder = await scratchFolder('tls')
  for (const [name, { ca }] of [['ours.pem', ours], ['others.pem', others]] as const) await writeFile(join(folder, name), ca)
  const url = server.url('postgres')
  const opened = async (query: string, at = url): Promise<string> => {
    const dataDir = await scratchFolder('data')
    return await openStore({ dataDir, databaseUrl: `${at}${query}`, migrations: [] }).then(
      async (store) => store.close().then(() => 'opened'),
      (error: unknown) => (error instanceof Error ? error.message : ''))
  }
  const ca = (name: string): string => `?sslmode=verify-full&sslrootcert=${encodeURIComponent(join(folder, name))}`
  expect(await opened(ca('ours.pem'))).toBe('opened')
  expect(await opened(ca('others.pem'))).toMatch(/cannot be reached \((SELF_SIGNED|UNABLE_TO|CERT)/)
  expect(await opened(ca('ours.pem'), url.replace('127.0.0.1', 'localhost'))).toMatch(/cannot be reached \(ERR_TLS_CERT_ALTNAME_INVALID\)/)
  expect(await opened('?sslmode=verify-full')).toMatch(/cannot be reached/)
  expect(await opened('')).toMatch(/refuses the user/)
})
