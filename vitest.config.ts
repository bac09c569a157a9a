import { defineConfig } from 'vitest/config'

const long = process.env['COUNTERSIGN_TEST_LONG'] === '1'

export default defineConfig({
  resolve: { conditions: ['source', 'node', 'import', 'module', 'default'] },
  ssr: { resolve: { conditions: ['source', 'node', 'import', 'module', 'default'] } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: long ? 1_800_000 : 120_000,
    hookTimeout: 120_000,
  },
})
