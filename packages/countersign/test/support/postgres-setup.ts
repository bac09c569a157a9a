/** Starts one PostgreSQL server for all tests of the project that runs on it; each test has a database of its own in it (database.ts). */
import type { TestProject } from 'vitest/node'
import { findPostgres } from './find-postgres.ts'
import { startPostgres } from './postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of PostgreSQL's programs, and the URL that the administrator of the tests' server uses. */
    postgres: { bin: string; administrator: string }
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const found = findPostgres()
  if ('missing' in found) throw new Error(`${found.missing} Install it, or set PG_BINDIR.`)
  const server = await startPostgres(found.bin)
  project.provide('postgres', { bin: found.bin, administrator: server.url('postgres') })
  return () => server.remove()
}
