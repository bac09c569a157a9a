/** Every use case of this door, each with the action without which it cannot be reached. */
import type { Effects, Gate } from '../../gate/index.ts'
import { askChange, takeChange, withdrawChange } from './change-policy.ts'
import { askSite, showSites, takeSite } from './change-site.ts'
import type { SiteChange } from './change-site.ts'
import type { AdminDeps, Revocation } from './ports.ts'
import { changeTexts, proveConsistency, showChain, showChange, showCheckpoint, showDirectory, showEntries, showPolicy, showTrust } from './read.ts'
import { askRevocation, takeRevocation } from './revoke.ts'
import { countNewer, search, showEntry, type SearchInput, type SearchPage } from './search.ts'

export type AdminUseCases = ReturnType<typeof adminUseCases>
type Nothing = Record<string, never>

export function adminUseCases(deps: AdminDeps) {
  const { useCase }: Gate = deps.gate
  return {
    policy: useCase('show the policy', 'policy.read', (by, _: Nothing) => showPolicy(deps, by)),
    chain: useCase('prove the policy', 'policy.read', (by, _: Nothing) => showChain(deps, by)),
    changePolicy: useCase('ask for a change of policy', 'policy.change', (by, input: { yaml: string }) => askChange(deps, by, input.yaml)),
    change: useCase('show a change of policy', 'policy.read', (by, input: { id: string; seconds: number; signal: AbortSignal }) => showChange(deps, by, input)),
    withdrawChange: useCase('withdraw a change of policy of mine', 'policy.read', (by, input: { id: string }) => withdrawChange(deps, by, input.id)),
    changeTexts: useCase('read a change of policy', 'challenge.read', (by, input: { id: string }) => changeTexts(deps, by, input.id)),
    revoke: useCase('ask to remove a key', 'authenticator.change', (by, input: Revocation) => askRevocation(deps, by, input)),
    sites: useCase('show the addresses', 'policy.read', (by, _: Nothing) => showSites(deps, by)),
    site: useCase('ask for a change of address', 'relying-party.change', (by, input: SiteChange) => askSite(deps, by, input)),
    checkpoint: useCase('show the checkpoint', 'ledger.read', (by, _: Nothing) => showCheckpoint(deps, by)),
    consistency: useCase('prove consistency', 'ledger.read', (by, input: { from: number; to: number }) => proveConsistency(deps, by, input)),
    entries: useCase('read the ledger', 'ledger.read', (by, input: { from: number; limit: number }) => showEntries(deps, by, input)),
    search: useCase('search the ledger', 'ledger.read', (by, input: { wanted: SearchInput; page: SearchPage }) => search(deps, by, input.wanted, input.page)),
    newer: useCase('count newer entries of the ledger', 'ledger.read', (by, input: { wanted: SearchInput; after: number }) => countNewer(deps, by, input.wanted, input.after)),
    entry: useCase('prove an entry of the ledger', 'ledger.read', (by, input: { index: number; size?: number | undefined }) => showEntry(deps, by, input)),
    directory: useCase('read the directory', 'ledger.read', (by, _: Nothing) => showDirectory(deps, by)),
    trust: useCase('export trust', 'ledger.read', (by, _: Nothing) => showTrust(deps, by)),
  }
}

/** What happens with the countersignature that completes a statement of these kinds. */
export function adminEffects(deps: AdminDeps): Effects {
  return {
    policy: (tx, completed) => takeChange(deps, tx, completed),
    'relying-party': (tx, completed) => takeSite(deps, tx, completed),
    revocation: (tx, completed) => takeRevocation(deps, tx, completed),
  }
}
