/** The README does what it says: its examples print what stands below them, its commands answer so, its table is the code's. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { builtinTable } from '../src/command/builtins.ts'
import { run } from '../src/command/main.ts'
import { folderOf } from './support/folder.ts'

const here = import.meta.dirname
const readme = readFileSync(join(here, '../README.md'), 'utf8')
const examples = [...readme.matchAll(/```js\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/g)].map(([, code = '', printed = '']) => ({ code, printed }))

test('the examples print what stands below them', () => {
  expect(examples).toHaveLength(3)
  const folder = folderOf({})
  mkdirSync(join(folder, 'node_modules/@countersign'), { recursive: true })
  symlinkSync(join(here, '..'), join(folder, 'node_modules/@countersign/rego'))
  // one process for all: each example is a module that the next one waits for
  const imports = examples.map(({ code }, index) => {
    writeFileSync(join(folder, `example-${index}.mjs`), code)
    return `await import('./example-${index}.mjs'); console.log('-----')`
  })
  writeFileSync(join(folder, 'all.mjs'), imports.join('\n'))
  const tsx = import.meta.resolve('tsx')
  const printed = execFileSync(process.execPath, ['--conditions=source', '--import', tsx, 'all.mjs'], { cwd: folder, encoding: 'utf8' })
  expect(printed.split('-----\n').slice(0, -1)).toEqual(examples.map((example) => example.printed))
})

test('the commands answer as they are shown', () => {
  const policy = /compile\(\{\s+'buckets\.rego': `([\s\S]*?)`/.exec(readme)?.[1] ?? ''
  const folder = folderOf({
    'policies/buckets.rego': policy,
    'policies/buckets_test.rego': 'package terraform_test\n\nimport data.terraform\n\ntest_none if count(terraform.deny) == 0 with input as {"resource_changes": []}\n',
    'plan.json': JSON.stringify({ resource_changes: [{ type: 'aws_s3_bucket', name: 'logs', change: { after: {} } }] }),
  })
  const session = /```console\n([\s\S]*?)```/.exec(readme)?.[1] ?? ''
  const commands = session.split(/^\$ rego /m).slice(1).map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)] as const)
  expect(commands).toHaveLength(4)
  for (const [line, wanted] of commands) {
    const args = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain = '']) => quoted ?? plain.replace(/^(policies\/|plan\.json)$/, join(folder, '$1')))
    let out = ''
    run(args, { out: (text) => { out += text }, err: (text) => { out += text }, stdin: () => '' })
    expect(out, line).toBe(wanted)
  }
})

test('the table of builtins is the code\'s', () => {
  expect(readme.slice(readme.indexOf('<!-- builtins -->') + '<!-- builtins -->\n'.length).trim()).toBe(builtinTable())
})
