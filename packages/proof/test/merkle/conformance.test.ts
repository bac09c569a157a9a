/** The inclusion and consistency cases that others wrote, read in place; without them this says so and skips. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { verifyConsistency } from '../../src/merkle/verify-consistency.ts'
import { verifyInclusion } from '../../src/merkle/verify-inclusion.ts'
import { verifySubtreeConsistency, verifySubtreeInclusion } from '../../src/merkle/verify-subtree.ts'

const folder = join(import.meta.dirname, '../../../../../shared/conformance/merkle')

type Case = {
  leafIdx: number
  treeSize: number
  start: number
  end: number
  size: number
  size1: number
  size2: number
  root: string
  root1: string
  root2: string
  leafHash: string
  proof: string[] | null
  wantErr: boolean
}

const bytes = (text: string | null): Uint8Array => new Uint8Array(Buffer.from(text ?? '', 'base64'))

const verifiers: Record<string, (c: Case, proof: Uint8Array[]) => Promise<void>> = {
  inclusion: (c, proof) => verifyInclusion(c.leafIdx, c.treeSize, bytes(c.leafHash), proof, bytes(c.root)),
  consistency: (c, proof) => verifyConsistency(c.size1, c.size2, bytes(c.root1), bytes(c.root2), proof),
  subtreeinclusion: (c, proof) => verifySubtreeInclusion(c.leafIdx, c.start, c.end, bytes(c.leafHash), proof, bytes(c.root)),
  subtreeconsistency: (c, proof) =>
    verifySubtreeConsistency(c.start, c.end, c.size, bytes(c.root1), bytes(c.root2), proof),
}

if (!existsSync(folder)) process.stderr.write(`SKIPPED: the shared Merkle cases are not at ${folder}\n`)

describe.skipIf(!existsSync(folder)).each(Object.entries(verifiers))('%s', (name, verify) => {
  const files = existsSync(folder)
    ? readdirSync(join(folder, name), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'))
    : []

  test.each(files)('%s', async (file) => {
    const one = JSON.parse(readFileSync(join(folder, name, file), 'utf8')) as Case
    const verified = await verify(one, (one.proof ?? []).map(bytes)).then(
      () => true,
      () => false,
    )
    expect(verified).toBe(!one.wantErr)
  })
})
