/** Starts one PostgreSQL server for all tests of the project that runs on it; each test has a database of its own in it. */
import type { TestProject } from 'vitest/node'
import { findPostgres, startPostgres } from './postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of the server's programs and what reaches the server; null: there is none, and the tests are skipped. */
    postgres: { bin: string; administrator: string } | null
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const found = findPostgres()
  if ('missing' in found) {
    if (process.env['CI'] === 'true') throw new Error(found.missing)
    process.stderr.write(`\n${found.missing}\n`)
    project.provide('postgres', null)
    return async () => undefined
  }
  const server = await startPostgres(found.bin)
  project.provide('postgres', { bin: found.bin, administrator: server.url('postgres') })
  return () => server.remove()
}
