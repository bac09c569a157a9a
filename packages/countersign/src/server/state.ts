/** The state door put together: what it needs of other rooms, each handed over in its own words. No rule lives here. */
import { isStateCredential } from '@countersign/proof'
import type { PolicyPin } from '../doors/admin/policy-pin.ts'
import type { PlanReader } from '../doors/runs/apart.ts'
import { runsForStates } from '../doors/runs/for-states.ts'
import { endCredentials } from '../doors/state/credentials.ts'
import { createFollowing } from '../doors/state/facts.ts'
import { createHeads, createSeen } from '../doors/state/heads.ts'
import type { StateDeps, StateLimits } from '../doors/state/ports.ts'
import type { Gate, GateDeps, Place } from '../gate/index.ts'
import type { Identity } from '../identity/index.ts'
import { mustHaveKeys, openStateKeys, readPassphrase } from '../platform/envelope/index.ts'
import type { KeyProvider, Protection } from '../platform/envelope/index.ts'
import { createStateReader } from '../tfstate/apart.ts'
import type { NoticeDesk } from '../watch/notices/index.ts'
import type { Base } from './base.ts'
import { stateKeyUsage } from './state-key-usage.ts'
import type { Logger } from 'pino'

const MiB = 1024 * 1024
const DAY = 86_400_000

export const usualLimits: StateLimits = { holdSeconds: 50, largest: 256 * MiB, lockCap: DAY, deletedFor: 30 * DAY, keepVersions: 100, keepFor: 90 * DAY }

export type StateKeySettings = { protection: Protection; passphraseFile: string; environment: Readonly<Record<string, string | undefined>> }

/** A passphrase that is missing or wrong stops the start, and not the first state. Where nothing else is set: files in the data folder. */
export async function keysOf({ dataDir, store, clock, random }: Base, log: Logger, { protection, passphraseFile, environment }: StateKeySettings = { protection: 'file', passphraseFile: '', environment: {} }): Promise<KeyProvider> {
  const keys = await openStateKeys({ dataDir, protection, passphrase: await readPassphrase(environment, passphraseFile), clock, random })
  // Everything but those states works without them: it is said, and not a reason to stop.
  await mustHaveKeys(keys, await stateKeyUsage(store)).catch((error: unknown) => log.error({ err: error }, 'keys of states are missing'))
  return keys
}

export type StateParts = { base: Base; place: Place; pin: PolicyPin; identity: Identity; gate: Gate; notices: NoticeDesk; plans: PlanReader; keys: KeyProvider; limits: StateLimits }

export function assembleState({ base, place, pin, identity, gate, notices, plans, keys, limits }: StateParts): StateDeps {
  return {
    ...base, place, gate, keys, limits, policy: () => pin.current(), reader: createStateReader(), following: createFollowing(), heads: createHeads(base.store), rights: createSeen(), runs: runsForStates({ ...base, gate, plans }), alarms: { raise: (tx, alarm) => notices.alarm(tx, alarm) },
    directoryEntries: (db) => identity.directory.entries(db),
    held: (db, person) => identity.people.held(db, person),
    roles: (db, person) => identity.people.rolesOf(db, person, null),
    signedOut: (db, { person, executor, since }) => identity.tokens.endedSince(db, { person, thumbprint: executor, since }),
  }
}

/** A request that was reported ends what it was made with: a terminal's sign-in, or the credential that terraform asked with. */
export function terminalsWith(base: Base, identity: Identity): GateDeps['terminals'] {
  return {
    async disown(tx, person, executor) {
      if (!isStateCredential(executor)) await identity.tokens.disown(tx, person, executor)
      await endCredentials(base, tx, { ...(isStateCredential(executor) ? { id: executor } : { executor }), person }, { why: 'reported', by: person })
    },
  }
}
