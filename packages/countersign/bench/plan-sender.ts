/** A client in a process of its own that has one large plan judged after another while it is told to: its own work is not taken for the server's. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { exportJWK } from 'jose'
import type { JWK } from 'jose'
import { RawTerminal, terminalKeyOf } from '../src/demonstration/raw-terminal.ts'
import { claimsOf, redactedPlan } from '../test/support/sample-run.ts'

type Given = { url: string; token: string; key: JWK; bytes: number }

export type PlanSender = { answered(): number; /** Resolves at the first answer. */ begin(): Promise<void>; end(): Promise<void>; close(): Promise<void> }

export async function startPlanSender({ url, token, key }: RawTerminal, bytes: number): Promise<PlanSender> {
  const root = resolve(import.meta.dirname, '../../..')
  const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=source', import.meta.filename], { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })
  const gone = once(child, 'exit')
  let answered = 0
  lines.on('line', (line) => (answered += Number(line === 'answered')))
  const said = async (word: string): Promise<void> => {
    const heard = new Promise<boolean>((done) => {
      const listen = (line: string): void => {
        if (line !== word) return
        lines.off('line', listen)
        done(true)
      }
      lines.on('line', listen)
    })
    if (!(await Promise.race([heard, gone.then(() => false)]))) throw new Error('the client of the benchmark has ended')
  }
  const tell = async (what: unknown, until: string): Promise<void> => {
    const heard = said(until)
    child.stdin.write(`${JSON.stringify(what)}\n`)
    await heard
  }
  const given: Given = { url, token, key: await exportJWK(key.privateKey), bytes }
  await tell(given, 'ready')
  return {
    answered: () => answered,
    begin: () => tell('begin', 'answered'),
    end: () => tell('end', 'ended'),
    async close() {
      child.stdin.end()
      await gone
    },
  }
}

async function send(): Promise<void> {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
  const next = async (): Promise<unknown> => {
    const line = await lines.next()
    return line.done === true ? null : JSON.parse(line.value)
  }
  const say = (word: string): void => void process.stdout.write(`${word}\n`)
  const { url, token, key, bytes } = (await next()) as Given
  const terminal = new RawTerminal(url, token, await terminalKeyOf(key))
  const plan = largePlan(bytes)
  const body = { workspace: 'bench/large', scope: 'apply', claims: claimsOf(plan, 'bench/large'), plan, findings: [], dryRun: true }
  say('ready')
  while ((await next()) === 'begin') {
    const told = { over: false }
    const end = next().then(() => (told.over = true))
    while (!told.over) {
      await terminal.must('POST', '/api/v1/runs', body)
      say('answered')
    }
    await end
    say('ended')
  }
}

/** About so many bytes of a redacted plan: one change after another. */
function largePlan(bytes: number): string {
  const plan = JSON.parse(redactedPlan(['update'])) as { resource_changes: { address: string; name: string; change: { before: unknown; after: unknown } }[] }
  const [model] = plan.resource_changes
  if (!model) throw new Error('the plan of the samples has no change')
  const one = (at: number) => ({ ...model, address: `terraform_data.item_${at}`, name: `item_${at}`, change: { ...model.change, before: { input: 'x'.repeat(600) }, after: { input: 'y'.repeat(600) } } })
  const count = Math.floor(bytes / (JSON.stringify(one(0)).length + 1))
  return JSON.stringify({ ...plan, resource_changes: Array.from({ length: count }, (_, at) => one(at)) })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await send()
