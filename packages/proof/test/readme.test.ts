/** The README's example does what its comments say, for somebody who has the package and two files. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const here = import.meta.dirname
const example = /```js\n([\s\S]*?)```/.exec(readFileSync(join(here, '../README.md'), 'utf8'))?.[1] ?? ''

test('the example of the README runs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'proof-readme-'))
  try {
    const { bundle, trust } = JSON.parse(readFileSync(join(here, 'vectors/bases/run.json'), 'utf8')) as { bundle: unknown; trust: unknown }
    writeFileSync(join(folder, 'evidence.json'), JSON.stringify(bundle))
    writeFileSync(join(folder, 'trust.json'), JSON.stringify(trust))
    writeFileSync(join(folder, 'example.mjs'), example)
    mkdirSync(join(folder, 'node_modules/@countersign'), { recursive: true })
    symlinkSync(join(here, '..'), join(folder, 'node_modules/@countersign/proof'))
    const tsx = import.meta.resolve('tsx')
    const printed = execFileSync(process.execPath, ['--conditions=source', '--import', tsx, 'example.mjs'], { cwd: folder, encoding: 'utf8' })
    expect(printed).toBe('VALID valid\nAlice self step-up yubikey 2026-11-20T19:30:32.200Z\napplied\n')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
