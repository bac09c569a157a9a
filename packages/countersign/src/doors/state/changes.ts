/** What becoming current would change, for the statement: the person reads addresses, and never a value. */
import type { StateChanges } from '@countersign/proof'
import type { AddressDiff } from '../../tfstate/index.ts'

const SHOWN = 50

/** For the statement: the first fifty addresses, and how many there are. */
export function changesOf(diff: AddressDiff): StateChanges {
  const addresses = (['added', 'changed', 'removed'] as const).flatMap((change) => diff[change].map((address) => ({ address: fitting(address), change })))
    .sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0)).filter((one, at, all) => one.address !== all[at - 1]?.address)
  const total = diff.added.length + diff.changed.length + diff.removed.length
  const shown = addresses.slice(0, SHOWN)
  return {
    added: diff.added.length, changed: diff.changed.length, removed: diff.removed.length,
    outputs: diff.outputs.added.length + diff.outputs.changed.length + diff.outputs.removed.length, addresses: shown, omitted: total - shown.length,
  }
}

/** Of what would come with a state: what goes with it. */
export function turned({ added, outputs, opaque }: AddressDiff): AddressDiff {
  const nothing = { added: [], changed: [], removed: [] }
  return { ...nothing, removed: added, outputs: { ...nothing, removed: outputs.added }, opaque }
}

/** An address is at most 4,096 bytes in a statement, and well formed; the keys of a `for_each` may be longer. */
function fitting(address: string): string {
  const text = Buffer.from(address).toString('utf8')
  return Buffer.byteLength(text) <= 4096 ? text : `${Buffer.from(text).subarray(0, 4080).toString('utf8').replaceAll('\ufffd', '')}...`
}
