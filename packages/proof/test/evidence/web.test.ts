/**
 * The browser's cryptography gives the same answers: the corpus again, over WebCrypto. Of the single fields, which mostly never
 * reach it, every fourth; all of them with COUNTERSIGN_TEST_LONG=1.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { verifyEvidence } from '../../src/index.ts'
import { platform as node } from '../../src/crypto/node.ts'
import { platform as web } from '../../src/crypto/web.ts'
import { applyEdits, type Json } from '../corpus/edit.ts'
import { type BaseFile, type CaseFile, documentOf } from '../corpus/files.ts'

vi.mock('../../src/crypto/node.ts', () => import('../../src/crypto/web.ts'))

const folder = join(import.meta.dirname, '../vectors')
const read = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'))

test('WebCrypto is what is asked here', () => {
  expect(node).toBe(web)
})

describe('over WebCrypto', () => {
  const files = ['attacks', 'fields'].flatMap((sub) => readdirSync(join(folder, sub)).map((name) => `${sub}/${name}`))
  test.each(files)('%s', async (name) => {
    const { base, cases } = read(name) as CaseFile
    const document = documentOf(read(`bases/${base}.json`) as BaseFile)
    const wrong: string[] = []
    const every = name.startsWith('fields/') && process.env['COUNTERSIGN_TEST_LONG'] !== '1' ? 4 : 1
    for (const one of cases.filter((_, i) => i % every === 0)) {
      const { bundle, trust } = applyEdits(document, one.edits) as { bundle: Json; trust: never }
      const { code } = await verifyEvidence(JSON.stringify(bundle), trust)
      if (code !== one.expect.code) wrong.push(`${one.name}: ${code}, not ${one.expect.code}`)
    }
    expect(wrong).toEqual([])
  })
})
