/** The `hcl` command, as a person or a script meets it: run as a program, over files on disk. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const start = `import { main } from './program/main.js'\nprocess.exitCode = await main(process.argv.slice(2))\n`
let folder = ''

const files: Record<string, string> = {
  'start.mjs': start,
  'good/main.tf': 'a = 1\n',
  'good/values.tfvars': 'b = 2\n',
  'good/more.tf.json': '{"locals": {"c": 3}}',
  'good/.terraform/modules/broken.tf': 'oops\n',
  'good/notes.txt': 'oops\n',
  'bad/one.tf': 'a = 1\nb = = 2\nc = é + 😀\n',
  'bad/two.tf.json': '{"a": }',
  'config/main.tf': `variable "n" {
  type    = number
  default = 1
}
variable "secret" {
  default   = "hush"
  sensitive = true
}
locals {
  names = [for i in range(var.n) : "web-\${i}"]
}
resource "x_server" "web" {
  for_each = toset(local.names)
  name     = each.key
  network  = x_network.main.id
  password = var.secret
  disk {
    size = 10
  }
}
resource "x_network" "main" {}
module "m" {
  source = "./m"
  count  = 2
  at     = count.index
}
`,
  'config/m/main.tf': 'variable "at" {}\ndata "x_image" "i" {\n  number = var.at + 1\n}\noutput "o" {\n  value = var.at\n}\n',
  'config/values.tfvars': 'n = 3\n',
  'outside/secret.tf': 'locals {\n  x = 1\n}\n',
  'linked/main.tf': 'module "out" {\n  source = "./away"\n}\n',
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hcl-command-'))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  symlinkSync('../outside', join(folder, 'linked/away'))
  // one bundle, so that each of the many starts below costs little
  await build({ entryPoints: [join(import.meta.dirname, '../../src/command/main.ts')], outdir: join(folder, 'program'), bundle: true, splitting: true, format: 'esm', platform: 'node', conditions: ['source'], logLevel: 'error', banner: { js: "import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)" } })
  writeFileSync(join(folder, 'program/package.json'), '{"type": "module"}')
})
afterAll(() => rmSync(folder, { recursive: true }))

function hcl(args: readonly string[], input = '', cwd = folder): { code: number | null; out: string; err: string } {
  const environment = { PATH: process.env['PATH'], TF_VAR_from_environment: 'x' }
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, 'start.mjs'), ...args], { cwd, input, encoding: 'utf8', env: environment })
  return { code: status, out: stdout, err: stderr }
}

describe('check', () => {
  test('accepts good files and directories, quietly, and does not enter .terraform', () => {
    expect(hcl(['check', 'good', 'good/main.tf'])).toEqual({ code: 0, out: '', err: '' })
  })

  test('says one finding a line, with its range, for every file', () => {
    const { code, out, err } = hcl(['check', 'good', 'bad'])
    expect([code, err]).toEqual([1, ''])
    expect(out.split('\n').map((line) => line.replace(/: error: .* \[/, ' ['))).toEqual(['bad/one.tf:2:5-2:6 [invalid-expression]', 'bad/one.tf:3:9-3:11 [invalid-expression]', 'bad/two.tf.json:1:7-1:8 [invalid-json]', ''])
  })

  test('says the same as JSON', () => {
    const { code, out } = hcl(['check', '--json', 'good', 'bad'])
    const report = JSON.parse(out) as { files: number; errors: number; diagnostics: { path: string; code: string; range: { start: object } }[] }
    expect([code, report.files, report.errors, report.diagnostics.map(({ path, code: what }) => [path, what])]).toEqual([1, 5, 2, [['bad/one.tf', 'invalid-expression'], ['bad/one.tf', 'invalid-expression'], ['bad/two.tf.json', 'invalid-json']]])
    expect(report.diagnostics[1]?.range.start).toEqual({ line: 3, column: 9, offset: 22, byte: 23 })
  })

  test('reads standard input, and says what cannot be read', () => {
    expect(hcl(['check', '-'], 'a = 1\n').code).toBe(0)
    expect(hcl(['check', '-'], 'a = \n').out).toMatch(/^<stdin>:1:/)
    expect(hcl(['check', 'nowhere.tf'])).toMatchObject({ code: 1, out: expect.stringMatching(/nowhere\.tf: ENOENT \[missing-file\]/) as string })
  })
})

describe('tree', () => {
  test('shows nodes with their ranges, in both syntaxes', () => {
    expect(hcl(['tree', '-'], 'a = b.c ? 1 : -2\n').out).toBe(
      ['file 1:1-2:1', '  body 1:1-2:1', '    attribute 1:1-1:17 "a"', '      conditional 1:5-1:17', '        traversal 1:5-1:8 "b"', '          get-attribute 1:6-1:8 "c"', '        number 1:11-1:12 "1"', '        unary 1:15-1:17 "-"', '          number 1:16-1:17 "2"', ''].join('\n'),
    )
    expect(hcl(['tree', 'good/more.tf.json']).out).toBe('json-object 1:1-1:21\n  "locals": json-object 1:12-1:20\n    "c": json-number 1:18-1:19 3\n')
  })

  test('of a file with an error shows what there is, and exits 1', () => {
    const { code, out, err } = hcl(['tree', 'bad/one.tf'])
    expect([code, out.includes('attribute 1:1-1:6 "a"'), err.split('\n').length]).toEqual([1, true, 3])
  })

  test('is JSON when asked', () => {
    expect(JSON.parse(hcl(['tree', '--json', 'good/main.tf']).out)).toMatchObject({ kind: 'file', body: { items: [{ kind: 'attribute', name: 'a', start: 0, end: 5 }] } })
  })
})

describe('eval', () => {
  test('prints as terraform console does', () => {
    expect(hcl(['eval', '{ a = [1, "x"], b = null }'])).toEqual({ code: 0, out: '{\n  "a" = [\n    1,\n    "x",\n  ]\n  "b" = null\n}\n', err: '' })
  })

  test('within a configuration knows its variables, modules, and what is unknown or sensitive', () => {
    const { code, out } = hcl(['eval', '--dir', 'config', '--var-file', 'values.tfvars', '--var', 'n=2', '[local.names, module.m[1].o, x_network.main.id, var.secret]'])
    expect([code, out]).toEqual([0, '[\n  [\n    "web-0",\n    "web-1",\n  ],\n  1,\n  (known after apply),\n  (sensitive value),\n]\n'])
    expect(hcl(['eval', '--dir', '.', '--var-file', 'values.tfvars', 'length(local.names)'], '', join(folder, 'config')).out).toBe('3\n')
  })

  test('says what is wrong with the expression or the configuration', () => {
    expect(hcl(['eval', '1 +'])).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/^<expression>:1:4-1:4: error: /) as string })
    expect(hcl(['eval', 'var.x'])).toMatchObject({ code: 1, out: '' })
    expect(hcl(['eval', '--dir', 'bad', '1'])).toMatchObject({ code: 1, out: '', err: expect.stringContaining('one.tf:2:5') as string })
  })
})

describe('expand', () => {
  interface Expanded {
    instances: { address: string; key: unknown; path: string; range: { start: { line: number } }; arguments: Record<string, { value: unknown; unknown: boolean; sensitive: boolean }>; blocks: { type: string; arguments: object }[] }[]
    diagnostics: unknown[]
  }

  test('lists instances with values, positions and marks', () => {
    const { code, out, err } = hcl(['expand', 'config', '--json', '--var', 'n=2'])
    const { instances, diagnostics } = JSON.parse(out) as Expanded
    expect([code, err, diagnostics]).toEqual([0, '', []])
    expect(instances.map(({ address }) => address)).toEqual(['x_server.web["web-0"]', 'x_server.web["web-1"]', 'x_network.main', 'module.m[0].data.x_image.i', 'module.m[1].data.x_image.i'])
    expect(instances[1]).toMatchObject({
      key: 'web-1',
      path: 'config/main.tf',
      range: { start: { line: 12, column: 1 } },
      arguments: { name: { value: 'web-1', unknown: false, sensitive: false }, network: { value: { unknown: true }, unknown: true }, password: { value: { sensitive: true }, sensitive: true } },
      blocks: [{ type: 'disk', arguments: { size: { value: 10 } } }],
    })
    expect(instances[4]?.arguments['number']).toMatchObject({ value: 2 })
    expect(out).not.toContain('hush')
  })

  test('reads nothing outside of its root, links included', () => {
    const { code, out } = hcl(['expand', '.', '--json'], '', join(folder, 'linked'))
    expect([code, (JSON.parse(out) as Expanded).diagnostics]).toMatchObject([1, [{ code: 'missing-directory' }]])
    expect(hcl(['expand', 'linked', '--json']).code).toBe(0)
    expect(hcl(['expand', '.', '--json', '--root', '..'], '', join(folder, 'linked')).code).toBe(0)
  })
})

test('help has examples and exit codes, for all and for each', () => {
  for (const args of [['--help'], ['check', '--help'], ['tree', '-h'], ['help', 'eval'], ['expand', '--help']]) {
    const { code, out, err } = hcl(args)
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(/Examples:[\s\S]*Exit codes:/)
  }
})

test.each([[[]], [['chek']], [['check']], [['check', '--jsn', '.']], [['check', '--json=1', '.']], [['tree']], [['tree', 'a', 'b']], [['eval']], [['eval', '--var', 'a=1', '1']], [['eval', '--dir']], [['eval', '--dir', 'nowhere', '1']], [['expand']], [['expand', 'config']], [['expand', 'config', '--json', '--root', 'good']]])('wrong use exits 2 with a sentence and where to look: hcl %j', (args) => {
  const { code, out, err } = hcl(args)
  expect([code, out]).toEqual([2, ''])
  expect(err).toMatch(/^\S.*[.?] See: hcl .*--help\n$/)
})

test('no stack trace reaches anybody', () => {
  for (const args of [['tree', 'nowhere.tf'], ['tree', 'good'], ['check', 'nowhere'], ['expand', 'good/main.tf', '--json']]) {
    const { code, out, err } = hcl(args)
    expect(code).toBe(1)
    expect(out + err).not.toMatch(/\n\s+at /)
  }
})
