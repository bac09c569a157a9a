/** `countersign audit verify`, as an operator runs it: the built program, beside the servers. */
import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'

const bin = resolve(import.meta.dirname, '../../bin/countersign.mjs')

/** @returns what it found wrong */
export async function audited(dataDir: string, databaseUrl = ''): Promise<string[]> {
  const { PATH = '', HOME = '' } = process.env
  const env = { PATH, HOME, ...(databaseUrl === '' ? {} : { COUNTERSIGN_DATABASE_URL: databaseUrl }) }
  const { stdout } = await promisify(execFile)(process.execPath, [bin, 'audit', 'verify', '--data', dataDir, '--json'], { env, timeout: 120_000, maxBuffer: 1 << 26 }).catch((error: { stdout?: string; stderr?: string }) => {
    if (!error.stdout) throw new Error(`audit verify: ${error.stderr}`)
    return { stdout: error.stdout }
  })
  const { leaves, problems } = JSON.parse(stdout) as { leaves: number; problems: { where: string; what: string }[] }
  if (!(leaves > 0)) return ['the ledger is empty']
  return problems.map(({ where, what }) => `${where}: ${what}`)
}
