/** Destruction, replacement, forgetting, import. Any destruction is at least high; of something that holds data it is critical. */
import type { Change } from '../../shape.ts'
import type { Collector } from '../collector.ts'
import { isStateful } from '../stateful.ts'

const orders: { readonly [order in Change['order']]: string } = {
  '': 'replaced',
  'delete-first': 'destroyed, then created again',
  'create-first': 'created anew, then the old one is destroyed',
  'create-then-forget': 'created anew; the old one stays, no longer managed',
}

const reasons: { readonly [reason: string]: string } = {
  delete_because_no_resource_config: 'it is no longer in the configuration',
  delete_because_no_module: 'its module is no longer in the configuration',
  delete_because_wrong_repetition: 'count or for_each was added or removed',
  delete_because_count_index: 'count is smaller',
  delete_because_each_key: 'its key is no longer in for_each',
  delete_because_no_move_target: 'it was moved to an address that does not exist',
  replace_because_tainted: 'it is tainted',
  replace_because_cannot_update: 'it cannot be changed in place',
  replace_by_request: 'it was asked for with -replace',
  replace_by_triggers: 'replace_triggered_by',
}

export function lifecycleRule(change: Change, out: Collector): void {
  const { resource, address } = change
  if (resource.mode !== 'managed') return
  const why = reasons[resource.action_reason ?? '']
  const because = why === undefined ? '' : `: ${why}`
  const deposed = resource.deposed === undefined ? '' : ' (an old object that was left over)'
  if (change.class === 'delete') {
    const stateful = isStateful(resource)
    out.add(stateful ? 'destroy_stateful' : 'destroy', address, `is destroyed${stateful ? ', with what it holds' : ''}${deposed}${because}`)
  }
  if (change.class === 'replace') {
    const stateful = isStateful(resource) && change.order !== 'create-then-forget'
    out.add(stateful ? 'replace_stateful' : 'replace', address, `is ${orders[change.order]}${stateful ? ', without what it held' : ''}${because}`)
  }
  if (change.class === 'forget') out.add('forget', address, 'stays, but is no longer managed')
  if (change.imported) out.add('import', address, 'an existing object is taken over')
}
