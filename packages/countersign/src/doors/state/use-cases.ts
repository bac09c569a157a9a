/** Every use case of this door's API, each with the action without which it cannot be reached. What goes over the wire: wire/use-cases.ts. */
import type { Authorized, Gate } from '../../gate/index.ts'
import type { Asked, RequestAction } from './claims.ts'
import { listCredentials, revokeCredential } from './credentials.ts'
import { diffVersions, listQuarantine } from './diff.ts'
import { evidenceOf } from './evidence.ts'
import { listVersions, showVersion, showWorkspace, listWorkspaces } from './lists.ts'
import type { StateDeps } from './ports.ts'
import { listReads } from './reads.ts'
import { redeemCredential, redeemImport, redeemReading } from './redeem.ts'
import type { Importing } from './redeem.ts'
import { askFor, askForRun, awaitRequest, awaitWaiting } from './requests.ts'
import { withdrawRequest } from './withdraw.ts'

export type StateUseCases = ReturnType<typeof stateUseCases>

type Of = { name: string }
type Page = Of & { before: number; limit: number }
type Waiting = { seconds: number; since: number | null; signal: AbortSignal }
type Redeeming = { id: string }

export function stateUseCases(deps: StateDeps) {
  const { useCase }: Gate = deps.gate
  const asking = <A extends RequestAction>(action: A) => useCase(`ask for ${action}`, action, (by: Authorized<A>, input: Asked) => askFor(deps, by, input))
  const reading = <A extends 'state.read' | 'state.read-redacted' | 'state.read-outputs'>(action: A) => useCase(`redeem ${action}`, action, (by: Authorized<A>, input: Redeeming) => redeemReading(deps, by, input.id))
  return {
    askCredential: asking('state.credential'),
    askRunCredential: useCase('ask for a run\'s state credential', 'state.run-credential', (by, input: Asked) => askForRun(deps, by, input)),
    askRead: asking('state.read'),
    askReadRedacted: asking('state.read-redacted'),
    askReadOutputs: asking('state.read-outputs'),
    askImport: asking('state.import'),
    askRollback: asking('state.rollback'),
    askDelete: asking('state.delete'),
    askRestore: asking('state.restore'),
    askAccept: asking('state.accept'),
    askDiscard: asking('state.discard'),
    askForceUnlock: asking('state.force-unlock'),
    request: useCase('show a request about a state', 'state.list', (by, input: Waiting & { id: string }) => awaitRequest(deps, by, input)),
    withdraw: useCase('withdraw a request of mine', 'state.list', (by, input: { id: string }) => withdrawRequest(deps, by, input.id)),
    waiting: useCase('show what of mine waits', 'state.list', (by, input: Waiting) => awaitWaiting(deps, by, input)),
    redeemCredential: useCase('redeem a state credential', 'state.credential', (by, input: Redeeming) => redeemCredential(deps, by, input.id)),
    redeemRunCredential: useCase('redeem a run\'s state credential', 'state.run-credential', (by, input: Redeeming) => redeemCredential(deps, by, input.id)),
    redeemRead: reading('state.read'),
    redeemReadRedacted: reading('state.read-redacted'),
    redeemReadOutputs: reading('state.read-outputs'),
    redeemImport: useCase('import a state', 'state.import', (by, input: Importing) => redeemImport(deps, by, input)),
    workspaces: useCase('list states', 'state.list', (by, _: Record<string, never>) => listWorkspaces(deps, by)),
    workspace: useCase('show a state', 'state.list', (by, input: Of) => showWorkspace(deps, by, input.name)),
    versions: useCase('list versions of a state', 'state.list', (by, input: Page) => listVersions(deps, by, input)),
    version: useCase('show a version of a state', 'state.list', (by, input: Of & { version: number }) => showVersion(deps, by, input)),
    diff: useCase('compare versions of a state', 'state.list', (by, input: Of & { from: number; to: number }) => diffVersions(deps, by, input)),
    reads: useCase('list who read a state', 'state.list', (by, input: Page) => listReads(deps, by, input)),
    quarantine: useCase('list what is quarantined', 'state.list', (by, input: Of) => listQuarantine(deps, by, input.name)),
    evidence: useCase('export evidence about a state', 'state.list', (by, input: { id: string }) => evidenceOf(deps, by, input.id)),
    credentials: useCase('list state credentials', 'state.list', (by, _: Record<string, never>) => listCredentials(deps, by)),
    revokeCredential: useCase('revoke a state credential', 'state.list', (by, input: { id: string }) => revokeCredential(deps, by, input.id)),
  }
}
