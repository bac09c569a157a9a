import { describe, expect, test } from 'vitest'
import { evaluateModule, toPlain } from '../../src/evaluate/index.ts'
import type { Loader } from '../../src/load/loader.ts'
import { memoryLoader } from '../../src/load/loader.ts'
import { loadModule } from '../../src/load/module.ts'

const files = { 'env/main.tf': 'CONFIG', 'env/a.txt': 'inside', 'shared/s.txt': 'shared', 'env/sub/b.txt': 'deep' }

/** Evaluates an expression in the module `env`, and says what the loader was asked for. */
function ask(expression: string, workingDirectory?: string): { value: unknown; asked: string[]; details: string[] } {
  const inner = memoryLoader({ ...files, 'env/main.tf': `output "o" {\n  value = ${expression}\n}` })
  const { module } = loadModule(inner, 'env')
  const asked: string[] = []
  const loader: Loader = {
    list: (path) => {
      asked.push(path)
      return inner.list(path)
    },
    read: (path) => {
      asked.push(path)
      return inner.read(path)
    },
  }
  const root = evaluateModule(module, new Map(), { files: loader, ...(workingDirectory !== undefined && { workingDirectory }) })
  const value = root.output('o')
  return { value: value === undefined ? undefined : toPlain(value), asked, details: root.diagnostics.map(({ detail }) => detail) }
}

describe('functions that read files', () => {
  test('read below what the loader offers, from the root module on', () => {
    expect(ask('file("a.txt")').value).toBe('inside')
    expect(ask('file("../shared/s.txt")').value).toBe('shared')
    expect(ask('file("${path.module}/sub/../a.txt")').value).toBe('inside')
    expect(ask('[for f in fileset(path.root, "**/*.txt") : f]').value).toEqual(['a.txt', 'sub/b.txt'])
    expect(ask('file("/srv/infrastructure/env/a.txt")', '/srv/infrastructure/env').value).toBe('inside')
  })

  test.each(['file("../../etc/passwd")', 'file("/etc/passwd")', 'file("sub/../../../x")', 'file("~/.ssh/id")', 'filebase64("/etc/passwd")', 'filemd5("../../x")', 'fileexists("/etc/passwd")', 'fileset("../..", "*")', 'fileset(".", "../../*")', 'templatefile("/etc/passwd", {})'])(
    '%s leads out: refused, and nothing was asked for',
    (expression) => {
      const { value, asked, details } = ask(expression)
      expect(value).toEqual({ unknown: true })
      expect(asked).toEqual([])
      expect(details).toHaveLength(1)
      expect(details[0]).toContain('outside')
    },
  )

  test('without a loader what a file holds is unknown, and no error', () => {
    const { module } = loadModule(memoryLoader({ 'main.tf': 'output "o" { value = [file("a"), fileexists("a"), fileset(".", "*"), templatefile("t", {})] }' }))
    const root = evaluateModule(module)
    const value = root.output('o')
    expect(value === undefined ? undefined : toPlain(value)).toEqual([{ unknown: true }, { unknown: true }, { unknown: true }, { unknown: true }])
    expect(root.diagnostics).toEqual([])
  })
})
