/**
 * What `countersign apply` adds to plain terraform: 200 resources, local backend, the countersigner answering at once. Both ways make
 * the same plan, read it as JSON and apply it; they take turns, so that whatever else the machine does hits both.
 */
import { join } from 'node:path'
import { configuration, median, program, rounded, scratch, timed, type BenchRow, type Scratch } from './place.ts'

const ROUNDS = 7
const RESOURCES = 200
const MOST_ADDED = 350

export async function run(): Promise<BenchRow[]> {
  const place = await scratch()
  try {
    const [ours, other]: [number[], number[]] = [[], []]
    for (let round = 0; round < ROUNDS + 1; round++) {
      const plain = await plainTerraform(configuration(join(place.folder, `plain-${round}`), RESOURCES), place.environment)
      const through = await countersigned(configuration(join(place.folder, `ours-${round}`), RESOURCES), place, round)
      if (round === 0) continue // the first warms the disk's cache
      other.push(plain)
      ours.push(through)
    }
    const [a, b] = [median(ours), median(other)]
    const added = a - b
    return [{
      name: 'apply of 200 resources', ours: rounded(a), other: rounded(b), ratio: rounded(a / b), goal: `at most ${MOST_ADDED} ms added`, holds: added <= MOST_ADDED,
      unit: 'ms', note: `adds ${Math.round(added)} ms to terraform plan, show -json and apply; ${ROUNDS} rounds`,
    }]
  } finally {
    await place.close()
  }
}

async function plainTerraform(cwd: string, env: NodeJS.ProcessEnv): Promise<number> {
  const terraform = process.env['TERRAFORM_BIN'] ?? 'terraform'
  let sum = 0
  for (const args of [['plan', '-input=false', '-out=plan.tfplan'], ['show', '-json', 'plan.tfplan'], ['apply', '-input=false', 'plan.tfplan']]) {
    const { milliseconds, code, output } = await timed(terraform, args, { cwd, env })
    if (code !== 0) throw new Error(`terraform ${args[0] ?? ''} failed: ${output}`)
    sum += milliseconds
  }
  return sum
}

async function countersigned(cwd: string, { person, environment }: Scratch, round: number): Promise<number> {
  let signed = false
  const env = { ...environment, COUNTERSIGN_WORKSPACE: `bench/round-${round}` }
  const { milliseconds, code, output } = await timed(process.execPath, [program, 'apply'], {
    cwd, env,
    onOutput(soFar) {
      const shown = /what you sign\s+(\S+)/.exec(soFar)?.[1]
      if (shown === undefined || signed) return
      signed = true
      void person.countersign(shown)
    },
  })
  if (code !== 0 || !signed) throw new Error(`countersign apply failed: ${output}`)
  return milliseconds
}
