/**
 * The database as a server of the play sees it: each read and each unit waits for its turn. A unit may fail without having lasted, fail
 * although it has, be run twice because another server's came first (as on PostgreSQL), or take its server with it.
 */
import { StorageError } from '../../src/platform/store/errors.ts'
import type { Store, Tx } from '../../src/platform/store/store.ts'
import type { Machine } from './machine.ts'

/** One life of a server, from its start to its crash. */
export type Life = { readonly server: string; dead: boolean; /** Nothing waits while it starts. */ starting: boolean }

type Trouble = 'none' | 'lost' | 'kept' | 'broken' | 'again' | 'crash'
const likely: readonly (readonly [Trouble, number])[] = [['lost', 0.04], ['kept', 0.06], ['broken', 0.03], ['again', 0.05], ['crash', 0.03]]

class Again extends Error {}
const never = new Promise<never>(() => undefined)

export function gatedStore(machine: Machine, life: Life, crash: () => void): Store {
  const { store, stage, database } = machine
  const direct = (): boolean => !stage.playing || life.starting
  const said = (what: string): void => machine.history.say(stage.step, machine.time.since(), life.server, what)
  return {
    dialect: 'sqlite',
    // There are others on this database: what they have begun may still be answered.
    peers: { tell: () => undefined, hear: () => undefined },
    read: async (work) => {
      if (direct()) return await store.read(work)
      const answer = await stage.alone(() => life.dead, () => store.read(work))
      return life.dead ? await never : answer
    },
    write: async <T>(work: (tx: Tx) => Promise<T>): Promise<T> => {
      if (direct()) return await store.write(work)
      try {
        return await stage.alone(() => life.dead, async () => {
          const trouble = drawn(machine)
          if (trouble !== 'none') said(words[trouble])
          if (trouble === 'again') await store.write(async (tx) => work(tx).then(() => Promise.reject(new Again()))).catch(() => undefined)
          if (trouble === 'lost' || trouble === 'kept' || trouble === 'broken') database.fault = { kind: trouble, after: trouble === 'broken' ? machine.seeded.below(12) : 0 }
          try {
            return await store.write(work)
          } finally {
            database.fault = null
            if (trouble === 'crash') crash()
          }
        })
      } finally {
        if (life.dead) await never
      }
    },
    close: () => Promise.reject(new StorageError('not_supported', 'The store belongs to the play.')),
  }
}

const words: Record<Exclude<Trouble, 'none'>, string> = {
  lost: 'the next unit fails at its commit, and nothing of it lasts', kept: 'the next unit lasts, and its commit fails all the same', broken: 'the disk fails within the next unit',
  again: 'another server comes first: the next unit is run twice', crash: 'dies right after its next unit',
}

function drawn(machine: Machine): Trouble {
  if (machine.faults === 0) return 'none'
  for (const [trouble, probability] of likely) {
    if (!machine.seeded.chance(probability)) continue
    machine.faults--
    return trouble
  }
  return 'none'
}
