/** How an attack of the corpus is told: what is done, and the answer that it must get. */
import type { Evidence, TrustFile, VerdictCode } from '../../src/index.ts'
import { keys, type Story, tellRun, type Told } from '../support/scenario.ts'
import type { World } from '../support/world.ts'
import { alone } from './bases.ts'

export type Made = { evidence: Evidence; trust: TrustFile | null }
export type Attack = { name: string; base: 'run' | 'state' | 'state-write' | 'state-allowed' | 'approved' | 'history' | 'policy' | 'team' | 'attested' | 'allowed' | 'recovered' | 'hardware'; expect: VerdictCode; make: () => Promise<Made> }

/** A run in the smallest installation, with a lie. */
export const lie = (name: string, expect: VerdictCode, story: Story): Attack => ({
  name,
  base: 'run',
  expect,
  make: async () => tellRun(story, await alone()),
})

/** Alice's touch, with a lie. */
export const touchLie = (name: string, expect: VerdictCode, lies: object): Attack =>
  lie(name, expect, { signings: [{ by: keys.alice, role: 'self', ...lies }] })

/** The lie is in what is done to the world before the run. */
export const after = (name: string, base: Attack['base'], expect: VerdictCode, world: () => Promise<World>, work: (world: World) => Promise<unknown>, story: Story = {}): Attack => ({
  name,
  base,
  expect,
  make: async () => {
    const made = await world()
    await work(made)
    return tellRun(story, made)
  },
})

export const withTrust = (told: Told, trust: Partial<TrustFile> | null): Made => ({
  evidence: told.evidence,
  trust: trust === null ? null : { ...told.trust, ...trust },
})
