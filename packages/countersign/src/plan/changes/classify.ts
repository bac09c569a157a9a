/**
 * What happens to each resource, and in which order a person should see it. Classes follow the actions of Terraform's plan; import and
 * move can accompany any of them and are classes of their own only when nothing else happens.
 */
import type { Change, ChangeClass, RedactedPlan, RedactedResource } from '../shape.ts'
import { rankOf } from './rank.ts'

type Classified = Pick<Change, 'class' | 'order'>

const replacement = (order: Change['order']): Classified => ({ class: 'replace', order })
const single: { readonly [action: string]: ChangeClass } = {
  create: 'create',
  update: 'update',
  delete: 'delete',
  read: 'read',
  forget: 'forget',
}

function classOf(resource: RedactedResource, imported: boolean, moved: boolean): Classified {
  const [first, second] = resource.change.actions
  if (second !== undefined) {
    if (first === 'delete' && second === 'create') return replacement('delete-first')
    if (first === 'create' && second === 'delete') return replacement('create-first')
    if (first === 'create' && second === 'forget') return replacement('create-then-forget')
    // Two actions that belong to no replacement: shown as the worst that either could be.
    return replacement('delete-first')
  }
  const known = first === undefined ? undefined : single[first]
  if (known !== undefined) return { class: known, order: '' }
  return { class: imported ? 'import' : moved ? 'move' : 'no-op', order: '' }
}

function classify(resource: RedactedResource): Change {
  const imported = resource.change.importing !== undefined
  const moved = resource.previous_address !== undefined && resource.previous_address !== resource.address
  const classified = classOf(resource, imported, moved)
  return { address: resource.address, class: classified.class, order: classified.order, imported, moved, rank: rankOf(resource, classified.class), resource }
}

/** Every resource change that does something, most important first; resources that stay as they are are left out. */
export function classifyChanges(plan: RedactedPlan): Change[] {
  const changes: Change[] = []
  for (const resource of plan.resource_changes) {
    const change = classify(resource)
    if (change.class !== 'no-op') changes.push(change)
  }
  // The sort is stable: within a rank, Terraform's own order.
  return changes.sort((a, b) => a.rank - b.rank)
}
