/** Writes packages/proof/test/vectors: node --conditions=source --import tsx packages/proof/test/corpus/make.ts */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { corpus, written } from './files.ts'

const folder = join(import.meta.dirname, '../vectors')
for (const [name, file] of await corpus()) {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, written(file))
}
