/** Ten thousand instances of one resource: time, memory, and whether both grow with their number. */
import { performance } from 'node:perf_hooks'
import { evaluateModule } from '../src/evaluate/index.ts'
import { memoryLoader } from '../src/load/loader.ts'
import { loadModule } from '../src/load/module.ts'

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

function once(hundreds: number): { milliseconds: number; instances: number; peak: number } {
  const { module } = loadModule(memoryLoader({ 'main.tf': configuration(hundreds) }))
  const start = performance.now()
  const root = evaluateModule(module)
  let instances = 0
  let peak = 0
  for (const instance of root.resources()) {
    instances += instance.body.arguments.has('tags') ? 1 : 0
    if (instances % 1000 === 0) peak = Math.max(peak, process.memoryUsage.rss())
  }
  const milliseconds = performance.now() - start
  if (instances !== hundreds * 100 || root.diagnostics.length > 0) throw new Error('the module did not evaluate as it should')
  return { milliseconds, instances, peak }
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

export async function run(): Promise<BenchRow[]> {
  once(10)
  const rounds = 5
  const small: number[] = []
  const large: number[] = []
  let peak = 0
  for (let i = 0; i < rounds; i++) {
    small.push(once(20).milliseconds)
    const { milliseconds, peak: seen } = once(100)
    large.push(milliseconds)
    peak = Math.max(peak, seen)
  }
  const [few, many] = [median(small), median(large)]
  const row = (name: string, ours: number, other: number, goal: string, holds: boolean, unit: string, note: string): BenchRow => ({ name, ours: Math.round(ours), other: Math.round(other), ratio: Number((ours / other).toFixed(2)), goal, holds, unit, note })
  return Promise.resolve([
    row('hcl.evaluate-10000-instances', many, 2000, 'under 2000 ms', many < 2000, 'ms', `medians of ${rounds}; every argument and block of every instance; other = the limit`),
    row('hcl.evaluate-memory', peak / 1e6, 300, 'under 300 MB', peak < 300e6, 'MB', 'the whole process while it goes through 10,000 instances; other = the limit'),
    row('hcl.evaluate-linear', many, few * 5, 'at most 1.5', many / (few * 5) <= 1.5, 'ms', '10,000 instances against five times 2,000'),
  ])
}
