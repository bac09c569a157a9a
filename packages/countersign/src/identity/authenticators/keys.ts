/**
 * What the gate asks of keys: those that stand in the directory and are usable here, read in the transaction of the effect, and a
 * note of their use.
 *
 * A data folder of a demonstration may be opened by a server that was not started for one: its software keys are not usable there.
 */
import type { Clock } from '../../platform/clock.ts'
import type { Db, Tx } from '../../platform/store/store.ts'
import type { AttestationRoots } from '../attestation/roots.ts'
import { counterRegressed } from './assertion.ts'
import { recordUse, type Authenticator } from './authenticators.ts'
import type { Standing } from './standing.ts'

export type UsableKey = Pick<Authenticator, 'label' | 'person' | 'credential' | 'signCount' | 'demonstration' | 'via' | 'createdAt' | 'probationUntil' | 'rpId'> & {
  /** `aut_` */
  authenticator: string
  /** Its attestation goes back to a root that is configured now, and it cannot be copied: it reaches aal3. */
  hardware: boolean
}

export interface Keys {
  usableBy(db: Db | Tx, person: string): Promise<UsableKey[]>
  /** null for a key that does not stand in the directory, or is a demonstration's on a server that is none. */
  find(db: Db | Tx, credentialId: string): Promise<UsableKey | null>
  /** Throws `counter_regressed`, which undoes the transaction. */
  used(tx: Tx, authenticator: string, signCount: number): Promise<void>
}

export function createKeys(clock: Clock, settings: { demonstration: boolean; attestationRoots?: AttestationRoots }, standing: Standing): Keys {
  const usable = ({ id, label, person, credential, signCount, demonstration, via, createdAt, probationUntil, rpId, attestationRoot }: Authenticator): UsableKey => ({
    authenticator: id, label, person, credential, signCount, demonstration, via, createdAt, probationUntil, rpId,
    hardware: settings.attestationRoots?.has(attestationRoot) === true && !credential.backupEligible,
  })
  const usableHere = (key: Authenticator) => settings.demonstration || !key.demonstration
  return {
    usableBy: async (db, person) => (await standing.of(db, person)).filter(usableHere).map(usable),
    async find(db, credentialId) {
      const key = await standing.find(db, credentialId)
      return key && usableHere(key) ? usable(key) : null
    },
    async used(tx, authenticator, signCount) {
      if ((await recordUse(tx, { id: authenticator, signCount, now: clock.now() })) === 'regressed') throw counterRegressed()
    },
  }
}
