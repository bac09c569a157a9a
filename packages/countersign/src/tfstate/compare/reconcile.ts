/**
 * What was countersigned, against what the state shows of it.
 *
 * A change is expected when an action was planned for its address that brings such a change about:
 *   create    added, changed (a state is written several times during an apply)
 *   update    changed
 *   replace   added, changed, removed, and the same of its deposed objects
 *   delete    removed, changed (a deletion that failed half-way), and its deposed objects
 *   forget    removed           import  added, changed
 *   move      added at the new address, removed at the old one; so does every action with a previous address
 * An address of the plan's drift may change or disappear without an action. Data sources may change at any time: reading is no effect.
 *
 * Known false alarms: a provider that rewrites attributes of an instance without a planned action while another is applied, and that the
 * plan did not show as drift; an upgrade of a provider's schema that gives old attributes new names, for the same reason; a provider
 * block that is renamed or moved to a module while nothing else is planned; a resource whose own name is masked in the plan.
 * Known misses: a change of the same kind at an address for which it was planned, with other values than the planned ones; data sources;
 * addresses of the drift; what `read/digest.ts` leaves out; and of the instances of one resource whose index keys are masked in the plan
 * or in the state, which of them it was.
 */
import type { AddressDiff, Planned, PlannedAction, Reconciliation } from '../shape.ts'

export type ReconcileOptions = {
  /** Addresses of the plan's `resource_drift`: shown to the person, though nothing was planned for them. */
  drift?: readonly string[]
  /** The apply failed or was interrupted, or still goes on: what was planned may be missing. What was not planned may not be there all the same. */
  partial?: boolean
}

type Change = 'added' | 'changed' | 'removed'

const explains: { readonly [action in PlannedAction]: readonly Change[] } = {
  create: ['added', 'changed'],
  update: ['changed'],
  replace: ['added', 'changed', 'removed'],
  delete: ['removed', 'changed'],
  forget: ['removed'],
  import: ['added', 'changed'],
  move: ['added', 'changed'],
  read: [],
  'no-op': [],
}
/** What must be seen for the action to have been done. An update may change nothing that a state holds: a write-only argument, a mark. */
const shows: { readonly [action in PlannedAction]?: readonly Change[] } = {
  create: ['added', 'changed'],
  replace: ['changed', 'added'],
  delete: ['removed'],
  forget: ['removed'],
  import: ['added', 'changed'],
  move: ['added'],
}
const deposedBy: readonly PlannedAction[] = ['create', 'replace', 'delete', 'forget']

const quoted = /\["(?:[^"\\]|\\.)*"\]/g
const deposedSuffix = / \(deposed [0-9A-Za-z]{8}\)$/
/** Without its keys: what stands in a key imitates anything. */
const isData = (address: string): boolean => /^(?:module\.[^.]+\.)*data\./.test(address.replace(quoted, ''))

/** `planned`: addresses as in the redacted plan. `outputsPlanned`: names of the outputs that change in it. */
export function reconcile(planned: readonly Planned[], diff: AddressDiff, outputsPlanned: readonly string[], options: ReconcileOptions = {}): Reconciliation {
  if (diff.opaque) return { judged: false, agrees: false, unexpected: [], missing: [] }
  const expected = new Expected()
  for (const { address, action, previousAddress, deposed } of planned) {
    const bare = address.replace(deposedSuffix, '')
    // What is planned for a deposed object says nothing of the current one.
    if (deposed === undefined && bare === address) expected.allow(bare, explains[action])
    if (deposedBy.includes(action)) expected.allowDeposed(bare)
    if (previousAddress !== undefined && previousAddress !== address) {
      expected.allow(previousAddress, ['removed'])
      expected.allow(address, ['added', 'changed'])
    }
  }
  for (const address of options.drift ?? []) expected.allow(address.replace(deposedSuffix, ''), ['changed', 'removed'])
  const unexpected: Reconciliation['unexpected'] = []
  for (const change of ['added', 'changed', 'removed'] as const) {
    for (const address of diff[change]) if (!expected.covers(address, change)) unexpected.push({ address, change })
    const names = new Set(outputsPlanned)
    for (const name of diff.outputs[change]) if (!names.has(name)) unexpected.push({ address: `output.${name}`, change })
  }
  const missing = missingOf(planned, diff)
  return { judged: true, agrees: unexpected.length === 0 && (options.partial === true || missing.length === 0), unexpected, missing }
}

/** `reserved` is a key that imitates a mask: it stands for itself. */
const isMasked = (address: string): boolean => /\(masked:(?!reserved)/.test(address)
/** The address without what its quoted keys are. */
const shapeOf = (address: string): string => address.replace(quoted, '["*"]')

/** Allowed changes by address. Where a key is masked on either side, any key of the same resource may be meant. */
class Expected {
  readonly #exact = new Map<string, Set<Change>>()
  readonly #shapes = new Map<string, Set<Change>>()
  readonly #maskedShapes = new Map<string, Set<Change>>()

  allow(address: string, changes: readonly Change[]): void {
    add(this.#exact, address, changes)
    if (!address.includes('["')) return
    const shape = shapeOf(address)
    add(this.#shapes, shape, changes)
    if (isMasked(address)) add(this.#maskedShapes, shape, changes)
  }

  allowDeposed(address: string): void {
    this.allow(`${address} deposed`, ['added', 'changed', 'removed'])
  }

  covers(address: string, change: Change): boolean {
    if (isData(address)) return true
    const plain = deposedSuffix.test(address) ? `${address.replace(deposedSuffix, '')} deposed` : address
    if (this.#exact.get(plain)?.has(change) === true) return true
    if (!plain.includes('["')) return false
    const shape = shapeOf(plain)
    return (isMasked(plain) ? this.#shapes : this.#maskedShapes).get(shape)?.has(change) === true
  }
}

function add(map: Map<string, Set<Change>>, key: string, changes: readonly Change[]): void {
  const set = map.get(key) ?? new Set<Change>()
  for (const change of changes) set.add(change)
  map.set(key, set)
}

function missingOf(planned: readonly Planned[], diff: AddressDiff): Reconciliation['missing'] {
  const seen = { added: sides(diff.added), changed: sides(diff.changed), removed: sides(diff.removed) }
  const missing: Reconciliation['missing'] = []
  for (const { address, action, deposed } of planned) {
    const wanted = shows[action]
    // A deposed object that is still there is Terraform's to report: it plans its deletion again and again.
    if (wanted === undefined || deposed !== undefined || deposedSuffix.test(address) || isData(address)) continue
    if (!wanted.some((change) => seen[change].exact.has(address) || seen[change].shapes.has(shapeOf(address)) && (isMasked(address) || seen[change].masked.has(shapeOf(address))))) {
      missing.push({ address, planned: action })
    }
  }
  return missing
}

function sides(addresses: readonly string[]): { exact: ReadonlySet<string>; shapes: ReadonlySet<string>; masked: ReadonlySet<string> } {
  const withKeys = addresses.filter((address) => address.includes('["'))
  return { exact: new Set(addresses), shapes: new Set(withKeys.map(shapeOf)), masked: new Set(withKeys.filter(isMasked).map(shapeOf)) }
}
