/**
 * Starts one PostgreSQL server for all tests of the project that runs on it. Each test has a database of its own in it, copied from one
 * that was migrated once: to make the tables anew for every test would take longer than the tests.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { identityMigrations } from '../../src/identity/index.ts'
import { openStore } from '../../src/platform/store/open.ts'
import { migrations } from '../../src/server/base.ts'
import { findPostgres, startPostgres, type Postgres } from './postgres.ts'

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
  await makeTemplates(server)
  project.provide('postgres', { bin: found.bin, administrator: server.url('postgres') })
  return () => server.remove()
}

/** By the name of what was migrated. */
const templates = { server: migrations, identity: identityMigrations }

async function makeTemplates(server: Postgres): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'countersign-template-'))
  try {
    for (const [name, list] of Object.entries(templates)) {
      await server.tell('postgres', `create database ${name}`)
      await (await openStore({ dataDir, databaseUrl: server.url(name), migrations: list })).close()
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}
