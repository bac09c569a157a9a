/** What this room needs from outside, and what it is told about the installation. */
import type { Ledger } from '../ledger/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Keyring } from '../platform/keyring.ts'
import type { Notify } from '../platform/notify.ts'
import type { Random } from '../platform/random.ts'
import type { Store, Tx } from '../platform/store/store.ts'
import type { AttestationRoots } from './attestation/roots.ts'
import type { Apps } from './codes/apps.ts'
import type { Standing } from './authenticators/standing.ts'
import type { DirectoryStore } from './directory/directory.ts'
import type { People } from './directory/people.ts'
import type { Notices } from './notices/notices.ts'
import type { Site } from './sites.ts'
import type { ResourceServer } from './oidc/settings.ts'

export type IdentitySettings = {
  instance: string
  org: string
  /** The configured public URL, an origin: where our pages are. Never taken from a request. */
  url: string
  rpId: string
  /** Origins that assertions may come from. */
  origins: readonly string[]
  /** Every address that is answered, the main one first; the main one alone where this is not said. */
  sites?: readonly Site[]
  /** Only a server started for a demonstration registers the software authenticator. */
  demonstration: boolean
  /** To which attestations of keys are verified; nothing is attested where there are none. */
  attestationRoots?: AttestationRoots
  /** RFC 8628, for terminals without a browser. Off unless said. */
  deviceGrant?: boolean
  /** Who else takes our tokens, and may introspect those that are for them. */
  resourceServers?: readonly ResourceServer[]
}

export type IdentityPorts = {
  store: Store
  ledger: Pick<Ledger, 'append' | 'checkpoint' | 'vkey'>
  clock: Clock
  random: Random
  notify: Pick<Notify, 'changed'>
  keyring: Pick<Keyring, 'secret' | 'keySet' | 'signer'>
  /** Where people are told what happened to them; nobody is told where there is none. */
  notices?: Notices
  /** Digest of the policy that the genesis statement pins. */
  policyDigest(): Promise<string>
  /** In the transaction of the genesis: what others must write with it (the pinned policy). */
  atGenesis(tx: Tx, genesis: { person: string; policyDigest: string; seq: number }): Promise<void>
}

export type IdentityContext = { settings: IdentitySettings; ports: IdentityPorts }

/** What the use cases of this room work with. */
export type Room = IdentityContext & { directory: DirectoryStore; people: People; standing: Standing; apps: Apps }
