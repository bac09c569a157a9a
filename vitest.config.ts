import { defineConfig } from 'vitest/config'
import { findPostgres } from './packages/countersign/test/support/find-postgres.ts'

const long = process.env['COUNTERSIGN_TEST_LONG'] === '1'
/** Whoever waits at a terminal is spared what takes minutes and seldom breaks alone. */
const whole = long || process.env['CI'] === 'true'

const postgres = findPostgres()
// With CI=true the project stays, and its set-up fails.
const skipped = 'missing' in postgres && process.env['CI'] !== 'true'
if (skipped) process.stderr.write(`\nSKIPPED: what runs on PostgreSQL was not tested. ${postgres.missing}\n`)

/** The rooms and doors that run on PostgreSQL once more; of identity, where nobody asked for all, what two servers could take twice. */
const rooms = ['server', 'doors', 'gate', ...(whole ? ['identity'] : [])].map((room) => `packages/countersign/test/${room}/**/*.test.ts`)
const twice = ['codes/verify', 'terminal-proof', 'together'].map((file) => `packages/countersign/test/identity/${file}.test.ts`)

/** Files that are about PostgreSQL itself. */
const aboutPostgres = ['packages/countersign/test/**/postgres-*.test.ts']

const onPostgres = {
  extends: true as const,
  test: {
    name: 'postgres',
    include: [...aboutPostgres, 'packages/countersign/test/e2e/by-hand.test.ts', ...rooms, ...twice],
    // These know no database.
    exclude: ['server/openapi', 'server/requests', 'server/tracing', 'identity/software-authenticator'].map((file) => `packages/countersign/test/${file}.test.ts`),
    globalSetup: ['packages/countersign/test/support/postgres-setup.ts'],
    env: { COUNTERSIGN_TEST_DATABASE: 'postgres' },
  },
}

/**
 * Every test once, on SQLite where it needs a database; and on PostgreSQL, once more, what goes through rooms, doors and the store.
 * What is left out there draws pages, or does not know which database it stands on.
 */
export default defineConfig({
  resolve: { conditions: ['source', 'node'] },
  ssr: { resolve: { conditions: ['source', 'node'] } },
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: long ? 1_800_000 : 120_000,
    hookTimeout: 120_000,
    projects: [
      { extends: true, test: { name: 'all', include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'], exclude: aboutPostgres } },
      ...(skipped ? [] : [onPostgres]),
    ],
  },
})
