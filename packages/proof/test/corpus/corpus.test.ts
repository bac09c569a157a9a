/** The corpus in test/vectors: each file is what the script makes, and each case gets the verdict and the code it names. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { verifyEvidence } from '../../src/index.ts'
import { applyEdits, type Json } from './edit.ts'
import { type BaseFile, type CaseFile, corpus, documentOf, written } from './files.ts'

const folder = join(import.meta.dirname, '../vectors')
const read = (name: string): string => readFileSync(join(folder, name), 'utf8')
const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'))

const baseFile = (name: string): BaseFile => JSON.parse(read(`bases/${name}.json`)) as BaseFile

async function answer(document: Json): Promise<{ verdict: string; code: string }> {
  const { bundle, trust } = document as { bundle: Json; trust: never }
  const { verdict, code } = await verifyEvidence(JSON.stringify(bundle), trust)
  return { verdict, code }
}

describe('good bundles', () => {
  test.each(names.filter((name) => name.startsWith('bases/')))('%s', async (name) => {
    const file = JSON.parse(read(name)) as BaseFile
    expect(await answer(documentOf(file))).toEqual(file.expect)
  })
})

describe.each(names.filter((name) => /^(?:fields|attacks)\//.test(name)))('%s', (name) => {
  const { base, cases } = JSON.parse(read(name)) as CaseFile
  const document = documentOf(baseFile(base))

  test(`answers its ${cases.length} cases as they say`, async () => {
    const wrong: string[] = []
    for (const one of cases) {
      const got = await answer(applyEdits(document, one.edits))
      if (got.code !== one.expect.code || got.verdict !== one.expect.verdict) wrong.push(`${one.name}: ${got.code}, not ${one.expect.code}`)
    }
    expect(wrong).toEqual([])
  })

  test('names each case once', () => {
    expect(new Set(cases.map((one) => one.name)).size).toBe(cases.length)
  })
})

/** Changes of single fields that leave a bundle good, and why. Everything else has to be refused. */
const harmless: Record<string, string> = {
  '/trust/demonstration changed': 'the trust file itself says that it is a demonstration',
  '/bundle/ledger/checkpoint: the signature line twice': 'it holds twice',
  '/bundle/ledger/checkpoint: a line of a witness added': 'lines of keys that are not known are ignored, as signed notes say',
}

test('no field can be changed without being refused', () => {
  const files = names.filter((name) => name.startsWith('fields/')).map((name) => JSON.parse(read(name)) as CaseFile)
  const accepted = files.flatMap(({ cases }) => cases).filter(({ name, expect }) => expect.verdict !== 'INVALID' && harmless[name] === undefined)
  expect(accepted.map(({ name }) => name)).toEqual([])
})

test('the files are what the script makes of the code', async () => {
  const made = await corpus()
  expect([...made.keys()].sort()).toEqual(names.sort())
  for (const [name, file] of made) expect(read(name) === written(file), `${name} differs: run test/corpus/make.ts and look at the difference`).toBe(true)
})
