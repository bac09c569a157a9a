/** What is recorded of a question about the installation itself: no workspace, no plan; the coded floor decides it. */
import type { ActionName, Authorized } from '../../gate/index.ts'
import type { PolicyInput } from '../../policy/index.ts'

export function askedBy({ action, actor }: Authorized<ActionName>): PolicyInput {
  return { action, workspace: '', environment: '', risk: 'high', scope: '', mode: '', requester: { id: actor.id, roles: [...actor.roles] } }
}
