/** Workspaces of their own on one server for a whole file, each with a credential to apply in it, and what is done in them over the wire. */
import { expect } from 'vitest'
import type { HandClock } from './scratch-server.ts'
import { ownedServer } from './scratch-server.ts'
import { sharedServer } from './shared-server.ts'
import type { Shared } from './shared-server.ts'
import { countersignNext, credentialFor, lock, lockInfo, post, stateText, unlock } from './state-wire.ts'
import type { Credential, Info } from './state-wire.ts'

export type Owned = Shared & { name: string; credential: Credential }

/** Nobody is waited for, and what is larger than a megabyte is too large. */
export function wireServer(): { server: () => Shared; owned: (environment?: string) => Promise<Owned> } {
  const server = sharedServer({ stateLimits: { holdSeconds: 0, largest: 1 << 20 } })
  let workspaces = 0
  return {
    server,
    async owned(environment = 'prod') {
      const name = `shop/w${++workspaces}-${environment}`
      return { ...server(), name, credential: await credentialFor(server().person, server().terminal, name) }
    },
  }
}

/** The same on a server of its own, whose clock is moved by hand. */
export async function ownedUntil(clock: HandClock) {
  const scratch = await ownedServer({ clock, stateLimits: { holdSeconds: 0 } })
  return { ...scratch, name: 'shop/prod', credential: await credentialFor(scratch.person, scratch.terminal, 'shop/prod') }
}

/** LOCK, the touch, LOCK again: what terraform does with -lock-timeout. */
export async function take({ person, terminal }: Pick<Owned, 'person' | 'terminal'>, credential: Credential, info = lockInfo(), sent: Parameters<typeof lock>[2] = {}): Promise<Info> {
  expect((await lock(credential, info, sent)).status).toBe(423)
  await countersignNext(person, terminal, info.Operation === 'OperationTypePlan' ? 'state.plan' : 'state.write')
  expect((await lock(credential, info, sent)).status).toBe(200)
  return info
}

/** A state of this lineage is current, at serial 1, and nobody holds the lock. */
export async function withState(of: Pick<Owned, 'person' | 'terminal' | 'credential'>, lineage = 'first-lineage', text = stateText(1, lineage)): Promise<string> {
  const info = await take(of, of.credential)
  expect((await post(of.credential, info.ID, text)).status).toBe(200)
  expect((await unlock(of.credential, info)).status).toBe(200)
  return text
}

type Shown = { version: number; status: string; current: boolean; serial: number; why: string; evidence: string }

export async function versionsOf({ terminal, name }: Pick<Owned, 'terminal' | 'name'>): Promise<Shown[]> {
  return (await terminal.must('GET', `/api/v1/state/workspaces/${encodeURIComponent(name)}/versions`))['versions'] as Shown[]
}

export const workspaceOf = ({ terminal, name }: Pick<Owned, 'terminal' | 'name'>): Promise<Record<string, unknown>> => terminal.must('GET', `/api/v1/state/workspaces/${encodeURIComponent(name)}`)
