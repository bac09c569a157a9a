/** What a countersigned plan says would change: out of the redacted document that the statement names by digest. It was read as a plan when it came. */
import type { Planned, PlannedAction } from '../../tfstate/index.ts'

export type Countersigned = { planned: Planned[]; outputs: string[]; drift: string[] }

type Change = { actions?: unknown; importing?: unknown }

export function readPlanned(text: string): Countersigned {
  const plan = JSON.parse(text) as { resource_changes?: { address: string; previous_address?: string; deposed?: string; change: Change }[]; output_changes?: Record<string, Change>; resource_drift?: { address: string }[] }
  const planned = (plan.resource_changes ?? []).map(({ address, previous_address: previous, deposed, change }): Planned => ({
    address, action: actionOf(change, previous !== undefined && previous !== address), ...(previous === undefined ? {} : { previousAddress: previous }), ...(deposed === undefined ? {} : { deposed }),
  }))
  const outputs = Object.entries(plan.output_changes ?? {}).filter(([, change]) => actionsOf(change).some((action) => action !== 'no-op')).map(([name]) => name)
  return { planned, outputs, drift: (plan.resource_drift ?? []).map(({ address }) => address) }
}

const actionsOf = (change: Change): string[] => (Array.isArray(change.actions) ? change.actions.filter((one): one is string => typeof one === 'string') : [])

const single: Readonly<Record<string, PlannedAction>> = { create: 'create', update: 'update', delete: 'delete', forget: 'forget', read: 'read' }

function actionOf(change: Change, moved: boolean): PlannedAction {
  const actions = actionsOf(change)
  if (actions.length === 2) return actions.includes('forget') ? 'create' : 'replace'
  const action = single[actions[0] ?? '']
  if (action !== undefined) return action
  if (change.importing !== undefined) return 'import'
  return moved ? 'move' : 'no-op'
}
