/** A server of its own process that consumes challenges when it is told to: what two of them do beside each other is measured so. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { consumeAll, openPlace, type Model } from './challenges.ts'

type Given = { folder: string; databaseUrl: string; url: string; models: readonly Model[] }
type Range = { from: number; until: number; atOnce: number }

export type Consumer = {
  /** Resolves when all are consumed. */
  consume(range: Range): Promise<void>
  end(): Promise<void>
}

export async function startConsumer(given: Given): Promise<Consumer> {
  const root = resolve(import.meta.dirname, '../../..')
  const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=source', import.meta.filename], { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })
  const gone = once(child, 'exit')
  const answer = async (asked: unknown): Promise<void> => {
    const answered = once(lines, 'line')
    child.stdin.write(`${JSON.stringify(asked)}\n`)
    const ended = await Promise.race([answered.then(() => false), gone.then(() => true)])
    if (ended) throw new Error('the server of the benchmark has ended')
  }
  await answer(given)
  return {
    consume: answer,
    async end() {
      child.stdin.end()
      await gone
    },
  }
}

async function serve(): Promise<void> {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
  const given = JSON.parse(String((await lines.next()).value)) as Given
  const place = await openPlace(given.folder, given.databaseUrl, given.url)
  process.stdout.write('ready\n')
  for (let asked = await lines.next(); asked.done !== true; asked = await lines.next()) {
    await consumeAll(place, given.models, JSON.parse(asked.value) as Range)
    process.stdout.write('done\n')
  }
  await place.close()
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await serve()
