/**
 * Parsing, measured against @cdktn/hcl2json, which is the reference parser compiled to WebAssembly: our tree with ranges for every node against its
 * JSON without. Rounds are interleaved, so that what else the machine does meets both alike; medians are compared. Import and memory are
 * measured in processes of their own.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { parse as convert } from '@cdktn/hcl2json'
import { parse } from '../src/index.ts'

export type BenchRow = { name: string; ours: number; other: number; ratio: number; goal: string; holds: boolean; unit: string; note: string }

const rounds = 25
const here = import.meta.dirname

interface Text {
  readonly name: string
  readonly text: string
}

/** Real files where they are at hand, every fifth of them; else files made here. */
function texts(): { list: Text[]; what: string } {
  const root = join(here, '../../../../shared/conformance/kics')
  if (existsSync(root)) {
    const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.tf')).toSorted()
    return { list: names.filter((_, i) => i % 5 === 0).map((name) => ({ name: 'main.tf', text: readFileSync(join(root, name), 'utf8') })), what: 'files of others' }
  }
  const block = (i: number): string => `resource "aws_instance" "web${i}" {
  ami           = data.aws_ami.ubuntu[${i}].id
  instance_type = var.large ? "m5.large" : "t3.micro"
  count         = length(var.zones) > ${i} ? 1 : 0

  tags = merge(var.tags, {
    Name = "web-\${var.environment}-${i}" # generated
  })

  ebs_block_device {
    device_name = "/dev/sd${i % 10}"
    volume_size = 10 + ${i} * 2
    encrypted   = true
  }
}
`
  return { list: Array.from({ length: 200 }, (_, n) => ({ name: 'main.tf', text: Array.from({ length: 1 + (n % 5) }, (_, i) => block(n * 5 + i)).join('\n') })), what: 'generated files' }
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
const rounded = (value: number): number => Number(value.toFixed(2))

/** Megabytes a second, over all texts. */
async function rate(list: readonly Text[], bytes: number, read: (one: Text) => unknown): Promise<number> {
  const start = performance.now()
  for (const one of list) await read(one)
  return bytes / 1e6 / ((performance.now() - start) / 1000)
}

/** Files on which both agree; a rate over others would compare nothing. */
async function agreed(list: readonly Text[]): Promise<Text[]> {
  const good: Text[] = []
  for (const one of list) {
    const theirs = await convert(one.name, one.text).then(() => true, () => false)
    if (theirs !== (parse(one.text).diagnostics.length === 0)) throw new Error(`the two parsers do not agree about ${one.text.slice(0, 80)}`)
    if (theirs) good.push(one)
  }
  return good
}

async function throughput(): Promise<BenchRow> {
  const { list, what } = texts()
  const good = await agreed(list)
  const bytes = good.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0)
  const ours: number[] = []
  const theirs: number[] = []
  for (let round = 0; round < rounds; round++) {
    ours.push(await rate(good, bytes, ({ text }) => parse(text)))
    theirs.push(await rate(good, bytes, ({ name, text }) => convert(name, text)))
  }
  const [own, other] = [median(ours), median(theirs)]
  return { name: 'hcl.parse-vs-hcl2json', ours: rounded(own), other: rounded(other), ratio: rounded(own / other), goal: 'at least 10', holds: own / other >= 10, unit: 'MB/s', note: `medians of ${rounds} interleaved rounds over ${good.length} ${what}, ${Math.round(bytes / 1000)} kB` }
}

/** Runs a script in a fresh process and reads the number it prints. */
const measured = (script: string, input = '', ...options: string[]): number => Number(execFileSync(process.execPath, [...options, '--input-type=module', '--eval', script], { encoding: 'utf8', input }))

/** What is published is bundled: that is what is imported here. */
function coldImport(): BenchRow {
  const folder = mkdtempSync(join(tmpdir(), 'hcl-bench-'))
  try {
    execFileSync(process.execPath, [join(here, '../build.mjs'), folder])
    writeFileSync(join(folder, 'package.json'), '{"type": "module"}')
    const script = `const start = performance.now(); await import(${JSON.stringify(join(folder, 'index.js'))}); process.stdout.write(String(performance.now() - start))`
    const own = Math.min(...Array.from({ length: 15 }, () => measured(script)))
    return { name: 'hcl.cold-import', ours: rounded(own), other: 25, ratio: rounded(own / 25), goal: 'under 25 ms', holds: own < 25, unit: 'ms', note: 'the least of 15 fresh processes (what else the machine does only adds), the package as it is published; other = the goal' }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function memory(): BenchRow {
  const { list } = texts()
  const bytes = list.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0)
  // parsed before and forgotten: the compiled program is not part of a tree
  const script = `import { readFileSync } from 'node:fs'
import { parse } from ${JSON.stringify(join(here, '../dist/index.js'))}
const texts = JSON.parse(readFileSync(0, 'utf8')).map((text) => new Uint8Array(Buffer.from(text)))
for (let i = 0; i < 5; i++) for (const text of texts) parse(text)
gc()
gc()
const before = process.memoryUsage().heapUsed
const trees = texts.map((text) => parse(text).tree)
gc()
gc()
process.stdout.write(String(process.memoryUsage().heapUsed - before + 0 * trees.length))`
  const own = measured(script, JSON.stringify(list.map(({ text }) => text)), '--expose-gc') / bytes
  return { name: 'hcl.tree-memory', ours: rounded(own), other: 12, ratio: rounded(own / 12), goal: 'under 12 times the source', holds: own < 12, unit: 'times the source', note: `trees of ${list.length} files held at once, their text included; other = the goal` }
}

export async function run(): Promise<BenchRow[]> {
  return [await throughput(), coldImport(), memory()]
}
