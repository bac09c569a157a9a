/** What a browser fetches before it shows anything: at most 60 kB, compressed. COUNTERSIGN_TEST_WEIGHTS=1 prints the figures. */
import { gzipSync } from 'node:zlib'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import type { Rolldown } from 'vite'
import { beforeAll, describe, expect, test } from 'vitest'

const GOAL = 60_000
/** A ceremony opened by its link also brings what reads a plan and judges it: the page computes that itself. */
const CEILING = 90_000

describe('the weight of the console', () => {
  let chunks: Rolldown.OutputChunk[] = []
  let fixed = 0

  beforeAll(async () => {
    const configFile = fileURLToPath(new URL('../../src/console/vite.config.ts', import.meta.url))
    const { output } = (await build({ configFile, logLevel: 'error', build: { write: false } })) as Rolldown.RolldownOutput
    chunks = output.filter((one) => one.type === 'chunk')
    fixed = output.filter((one) => one.type === 'asset' && /\.(?:css|html)$/u.test(one.fileName)).reduce((sum, one) => sum + weigh(one.type === 'asset' ? one.source : ''), 0)
  })

  const weigh = (text: string | Uint8Array): number => gzipSync(text, { level: 6 }).length
  const withImports = (file: string, seen = new Set<string>()): Set<string> => {
    const chunk = chunks.find(({ fileName }) => fileName === file)
    if (chunk === undefined || seen.has(file)) return seen
    seen.add(file)
    for (const one of chunk.imports) withImports(one, seen)
    return seen
  }
  const weightOf = (files: Iterable<string>): number => [...new Set(files)].reduce((sum, file) => sum + weigh(chunks.find(({ fileName }) => fileName === file)?.code ?? ''), fixed)

  test('first: the frame, signing in and home', () => {
    const entry = chunks.find(({ isEntry }) => isEntry)
    const files = withImports(entry?.fileName ?? '')
    expect(files.size).toBeGreaterThan(0)
    expect(weightOf(files)).toBeLessThanOrEqual(GOAL)
  })

  test('a page opened directly: the states within the goal, and none beyond the ceiling', () => {
    const entry = chunks.find(({ isEntry }) => isEntry)
    const first = withImports(entry?.fileName ?? '')
    const pages = entry?.dynamicImports ?? []
    const weights = Object.fromEntries(pages.map((file) => [file.replace(/^assets\/|-[\w-]{8}\.js$/gu, ''), weightOf([...first, ...withImports(file)])]))
    if (process.env['COUNTERSIGN_TEST_WEIGHTS'] === '1') process.stderr.write(`${JSON.stringify({ first: weightOf(first), ...weights }, null, 2)}\n`)
    expect(pages.length).toBeGreaterThan(10)
    expect(Object.entries(weights).filter(([name, weight]) => weight > (name === 'states' ? GOAL : CEILING))).toEqual([])
  })
})
