/** Clients at work, while something is broken under them. */
import type { RawTerminal } from '../../src/demonstration/raw-terminal.ts'
import type { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import { oneRun } from './runs-load.ts'
import type { RunsLog } from './runs-load.ts'
import type { StateClient } from './states-load.ts'

type Clients = { runs: RunsLog; person: SoftwarePerson; terminal: RawTerminal; clients: readonly StateClient[] }

/**
 * Resolves when they were told of `told` things, and a moment later, or when no more is taken from them. They go on until they are stopped.
 * @param moment ms. @param rest what a client does after a failure
 */
export async function atWork({ runs, person, terminal, clients }: Clients, told: number, moment: number, rest: () => Promise<void> = async () => undefined): Promise<{ stop(): Promise<void> }> {
  const working: Promise<void>[] = []
  let alive = true
  let left = told
  await new Promise<void>((resolve) => {
    const heard = (): void => {
      if (--left === 0) setTimeout(resolve, moment)
    }
    const over = async (work: () => Promise<unknown>): Promise<void> => {
      while (alive) {
        await work().catch(async (error: unknown) => {
          // A terminal may ask so much in ten minutes and no more: what comes after that tells nothing new.
          if (String(error).includes('too_many_waiting')) resolve()
          await rest()
        })
      }
    }
    for (let client = 0; client < 2; client++) working.push(over(() => oneRun(runs, terminal, person, heard)))
    for (const client of clients) working.push(over(() => client.turn(heard)))
  })
  return {
    async stop() {
      alive = false
      await Promise.all(working)
    },
  }
}
