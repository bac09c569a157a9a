/**
 * Lineage and serial of the state after apply, and a digest of the bytes they were read from: the state file of a local backend,
 * `state pull` of any other. The two differ in their bytes, and both from the state inside a plan file: the digest identifies this
 * report, and is compared with nothing else.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Plan } from '../make-plan.ts'
import type { MeasuredState } from '../shape.ts'
import { capture } from './child.ts'

const MAX_STATE = 400 * 1024 * 1024

export async function readStateAfter(plan: Plan): Promise<MeasuredState | undefined> {
  const { frozen, program } = plan.prepared
  try {
    const bytes = plan.stateFile === undefined
      ? await pulled({ file: program, arguments: ['state', 'pull'], directory: frozen.directory, environment: frozen.childEnvironment })
      : await readFile(plan.stateFile)
    const { lineage, serial } = JSON.parse(bytes.toString('utf8')) as { lineage?: unknown; serial?: unknown }
    if (typeof lineage !== 'string' || typeof serial !== 'number' || !Number.isSafeInteger(serial) || serial < 0) return undefined
    return { lineage, serial, digest: createHash('sha256').update(bytes).digest('hex') }
  } catch {
    return undefined // encrypted, gone, or no longer readable: said, not guessed
  }
}

async function pulled(command: Parameters<typeof capture>[0]): Promise<Buffer> {
  const answer = await capture(command, MAX_STATE)
  return answer.code === 0 ? answer.output : Buffer.alloc(0)
}
