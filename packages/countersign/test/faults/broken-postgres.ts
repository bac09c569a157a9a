/** A PostgreSQL that keeps what it commits, and is broken: killed with all its processes, one of them, or restarted without a word. */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'
import type { Chance } from '../support/seeded.ts'
import { startPostgres } from '../support/postgres.ts'
import type { Postgres } from '../support/postgres.ts'

export const ways = ['all of it', 'one of its processes', 'restart -m immediate'] as const
export type BrokenPostgres = Postgres & { port: number; /** Resolves when it runs again. */ breakIt(how: (typeof ways)[number], chance: Chance): Promise<void> }

export async function brokenPostgres(bin: string): Promise<BrokenPostgres> {
  const postgres = await startPostgres(bin, { durable: true, loopback: true })
  onTestFinished(() => postgres.remove())
  const main = (): number => Number(readFileSync(join(postgres.data, 'postmaster.pid'), 'utf8').split('\n')[0])
  const port = Number(new URL(postgres.url('postgres')).port)
  return {
    ...postgres, port,
    async breakIt(how, chance) {
      const others = childrenOf(main())
      if (how === 'all of it') {
        await postgres.stop('KILL')
        for (const pid of others) kill(pid)
        await gone(others)
        await postgres.start()
      } else if (how === 'one of its processes') {
        // The others are ended by it, and it starts again by itself.
        kill(others[Math.floor(chance() * others.length)] ?? 0)
      } else {
        await promisify(execFile)(join(bin, 'pg_ctl'), ['restart', '-D', postgres.data, '-m', 'immediate', '-w', '-t', '60', '-l', join(postgres.data, 'restarted.log')], { ...postgres.owner, cwd: postgres.data, timeout: 90_000 })
      }
    },
  }
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc').map(Number).filter((pid) => pid > 0 && statOf(pid)?.parent === parent)
}

/** Only what is a process of PostgreSQL. */
function statOf(pid: number): { parent: number } | null {
  try {
    const [, name, parent] = /\((.*)\) \S (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
    return name === 'postgres' ? { parent: Number(parent) } : null
  } catch {
    return null
  }
}

function kill(pid: number): void {
  if (pid > 0 && statOf(pid) !== null) process.kill(pid, 'SIGKILL')
}

/** While one is left that is attached to the memory of the old one, no new one starts. */
async function gone(pids: readonly number[]): Promise<void> {
  while (pids.some((pid) => statOf(pid) !== null)) await new Promise((resolve) => setImmediate(resolve))
}
