/**
 * Ten thousand instances of one resource: time, memory, and whether both grow with their number. Measured on the built package in a process of its
 * own, as its users run it; the best of a few rounds counts, since what else the machine does only ever adds to them.
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

export type BenchRow = { name: string; ours: number; other: number; ratio: number; goal: string; holds: boolean; unit: string; note: string }

const configuration = (hundreds: number): string => `
variable "region" {
  default = "eu-1"
}
locals {
  names = flatten([for a in range(${hundreds}) : [for b in range(100) : "host-\${a}-\${b}"]])
  hosts = { for i, n in local.names : n => { name = n, size = i % 7, tags = { index = i, zone = "\${var.region}\${i % 3}" } } }
}
resource "aws_instance" "host" {
  for_each      = local.hosts
  ami           = data.aws_ami.base.id
  instance_type = each.value.size > 3 ? "m5.large" : "t3.micro"
  subnet_id     = aws_subnet.all[each.value.size % 2].id
  tags          = merge(each.value.tags, { Name = "\${each.key}.example.com", Owner = upper(var.region) })
  user_data     = base64encode(jsonencode({ host = each.key, peers = slice(["a", "b", "c"], 0, each.value.size % 3) }))
  root_block_device {
    encrypted = each.value.size != 2
  }
  dynamic "ebs_block_device" {
    for_each = each.value.size > 4 ? [1, 2] : []
    content {
      device_name = "/dev/sd\${ebs_block_device.value}"
      volume_size = ebs_block_device.key * 10 + 8
    }
  }
}
data "aws_ami" "base" {}
resource "aws_subnet" "all" {
  count      = 2
  cidr_block = cidrsubnet("10.0.0.0/8", 8, count.index)
}
`

const rounds = 5
const dist = resolve(import.meta.dirname, '../dist')
const entry = (path: string): string => JSON.stringify(pathToFileURL(resolve(dist, path)).href)

/** Runs in a process of its own, and prints the times of 2,000 and of 10,000 instances in milliseconds, and the peak of the process in bytes. */
const program = (): string => `
import { loadModule, memoryLoader } from ${entry('index.js')}
import { evaluateModule } from ${entry('evaluate/index.js')}
const texts = ${JSON.stringify({ few: configuration(20), many: configuration(100) })}
let peak = 0
function once(text, expected) {
  const { module } = loadModule(memoryLoader({ 'main.tf': text }))
  const start = performance.now()
  const root = evaluateModule(module)
  let instances = 0
  for (const instance of root.resources()) {
    if (instance.body.arguments.has('tags')) instances++
    if (instances % 1000 === 0) peak = Math.max(peak, process.memoryUsage.rss())
  }
  if (instances !== expected || root.diagnostics.length > 0) throw new Error('the module did not evaluate as it should')
  return performance.now() - start
}
once(texts.few, 2000)
const few = []
const many = []
for (let i = 0; i < ${rounds}; i++) {
  few.push(once(texts.few, 2000))
  many.push(once(texts.many, 10000))
}
process.stdout.write(JSON.stringify({ few: Math.min(...few), many: Math.min(...many), peak }))
`

export async function run(): Promise<BenchRow[]> {
  if (!existsSync(resolve(dist, 'evaluate/index.js'))) throw new Error('packages/hcl is not built: run npm run build first')
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', program()], { encoding: 'utf8', timeout: 300_000 })
  const { few, many, peak } = JSON.parse(said) as { few: number; many: number; peak: number }
  const row = (name: string, ours: number, other: number, goal: string, holds: boolean, unit: string, note: string): BenchRow => ({ name, ours: Math.round(ours), other: Math.round(other), ratio: Number((ours / other).toFixed(2)), goal, holds, unit, note })
  return Promise.resolve([
    row('hcl.evaluate-10000-instances', many, 2000, 'under 2000 ms', many < 2000, 'ms', `best of ${rounds}; every argument and block of every instance; other = the limit`),
    row('hcl.evaluate-memory', peak / 1e6, 300, 'under 300 MB', peak < 300e6, 'MB', 'the whole process while it goes through 10,000 instances; other = the limit'),
    row('hcl.evaluate-linear', many, few * 5, 'at most 1.5 times', many / (few * 5) <= 1.5, 'ms', '10,000 instances against five times 2,000'),
  ])
}
