/** What is done over the wire, each with the action without which it cannot be reached. */
import type { Gate } from '../../gate/index.ts'
import { takeLock } from './lock.ts'
import type { LockAsked } from './lock.ts'
import type { StateDeps } from './ports.ts'
import { readState } from './read.ts'
import type { ReadAsked } from './read.ts'
import type { Received } from './receive.ts'
import { removeState } from './remove.ts'
import type { Removing } from './remove.ts'
import { forceUnlock, release } from './unlock.ts'
import type { Unlocking } from './unlock.ts'
import { writeState } from './write.ts'
import type { Writing } from './write.ts'

export type WireUseCases = ReturnType<typeof wireUseCases>

export function wireUseCases(deps: StateDeps) {
  const { useCase }: Gate = deps.gate
  return {
    lockForPlan: useCase('lock a state for a plan', 'state.plan', (by, input: LockAsked) => takeLock(deps, by, input)),
    lockToWrite: useCase('lock a state to write it', 'state.write', (by, input: LockAsked) => takeLock(deps, by, input)),
    read: {
      full: useCase('read a state over the wire', 'state.read', (by, input: ReadAsked) => readState(deps, by, input)),
      redacted: useCase('read a state without its secrets over the wire', 'state.read-redacted', (by, input: ReadAsked) => readState(deps, by, input)),
      outputs: useCase('read outputs over the wire', 'state.read-outputs', (by, input: ReadAsked) => readState(deps, by, input)),
    },
    write: useCase('write a state', 'state.release', (by, input: Writing & { body: Received }) => writeState(deps, by, input, input.body)),
    release: useCase('unlock a state', 'state.release', (by, input: Unlocking) => release(deps, by, input)),
    forceUnlock: useCase('end a lock over the wire', 'state.force-unlock', (by, input: Unlocking & { signal: AbortSignal }) => forceUnlock(deps, by, input)),
    remove: useCase('delete a state over the wire', 'state.delete', (by, input: Removing) => removeState(deps, by, input)),
  }
}
