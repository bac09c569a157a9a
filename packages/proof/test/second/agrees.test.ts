/**
 * A second verifier, written in Python from docs/spec alone, gives every vector the verdict and the code that the vector
 * expects (test/corpus shows the same of this package), and says what this package says of cases at the edges and of
 * random mutations of the good bundles, most of them signed anew by a forger. Seeds: COUNTERSIGN_TEST_SEED, or one that stays.
 */
import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { parseTrust, ProofError, verifyEvidence } from '../../src/index.ts'

type Answer = { verdict: string; code: string }
type Case = Answer & { case: string; bundle: string; trust: string | null }

const long = process.env['COUNTERSIGN_TEST_LONG'] === '1'
const mutationSeed = process.env['COUNTERSIGN_TEST_SEED'] ?? '20261120'

const tools = { python3: '--version', openssl: 'version' }
const missing = Object.entries(tools).filter(([tool, argument]) => spawnSync(tool, [argument]).status !== 0).map(([tool]) => tool)
if (missing.length > 0) {
  const need = `The second verifier needs ${missing.join(' and ')}: install it, and put it on PATH.`
  if (process.env['CI'] === 'true') throw new Error(need)
  process.emitWarning(`SKIPPED. ${need}`)
}
const present = test.skipIf(missing.length > 0)

/** The lines of JSON that a script prints, also when it exits with 1 because something differs. */
async function python(script: string, ...args: string[]): Promise<unknown[]> {
  const options = { cwd: import.meta.dirname, maxBuffer: 1 << 30 }
  const { stdout } = await promisify(execFile)('python3', ['-B', script, ...args], options).catch((error: { code?: unknown; stdout: string }) => {
    if (error.code === 1 && error.stdout !== '') return error
    throw error
  })
  return stdout.trimEnd().split('\n').map((line): unknown => JSON.parse(line))
}

async function ours({ bundle, trust }: Case): Promise<Answer> {
  try {
    return await verifyEvidence(bundle, trust === null ? null : parseTrust(trust))
  } catch (error) {
    if (error instanceof ProofError) return { verdict: 'INVALID', code: error.code }
    throw error
  }
}

async function disagreements(cases: Case[]): Promise<string[]> {
  const found: string[] = []
  for (const one of cases) {
    const { verdict, code } = await ours(one)
    if (verdict !== one.verdict || code !== one.code) found.push(`${one.case}: ${verdict} ${code} here, ${one.verdict} ${one.code} there`)
  }
  return found
}

present('the second verifier gives every vector the verdict and the code that it expects', async () => {
  const summary = (await python('run_vectors.py')).at(-1)
  expect(summary).toMatchObject({ summary: true, disagreements: [], opensslDisagrees: 0 })
  const { cases, signatures } = summary as { cases: number; signatures: number }
  expect(cases).toBeGreaterThan(1600)
  expect(signatures).toBeGreaterThan(300)
})

present('both verifiers agree at the edges of keys, signatures, names, numbers, moments and notes', async () => {
  const cases = (await python('edges.py')) as Case[]
  expect(cases.length).toBeGreaterThan(250)
  expect(await disagreements(cases)).toEqual([])
})

present(`both verifiers agree on random mutations of the good bundles, seed ${mutationSeed}`, async () => {
  const cases = (await python('mutate.py', mutationSeed, long ? '5000' : '300')) as Case[]
  expect(cases.length).toBe(long ? 5000 : 300)
  expect(await disagreements(cases)).toEqual([])
})
