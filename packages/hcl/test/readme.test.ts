/** The README's examples print what their comments say, for somebody who has the package and nothing else. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const here = import.meta.dirname
const examples = [...readFileSync(join(here, '../README.md'), 'utf8').matchAll(/```js\n([\s\S]*?)```/g)].map(([, code = '']) => code)

test('the README has its three examples', () => {
  expect(examples).toHaveLength(3)
})

test.each(examples.map((code) => [/import .* from '(.*)'\n\n/.exec(code)?.[1], code]))('the example of %s prints what it says', (_, code) => {
  const folder = mkdtempSync(join(tmpdir(), 'hcl-readme-'))
  try {
    writeFileSync(join(folder, 'example.mjs'), code ?? '')
    mkdirSync(join(folder, 'node_modules/@countersign'), { recursive: true })
    symlinkSync(join(here, '..'), join(folder, 'node_modules/@countersign/hcl'))
    const printed = execFileSync(process.execPath, ['--conditions=source', '--import', import.meta.resolve('tsx'), 'example.mjs'], { cwd: folder, encoding: 'utf8' })
    const said = /\/\/ prints:\n([\s\S]*)$/.exec(code ?? '')?.[1]?.replace(/^\/\/ ?/gm, '')
    expect(printed).toBe(said)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
