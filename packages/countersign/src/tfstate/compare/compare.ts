/** Which addresses differ between two versions of a state. */
import type { AddressDiff, NameDiff, StateFacts } from '../shape.ts'

type Entry = { name: string; digest: string }

/** `before` null: there was no state. Both must have been read with the same key. */
export function compareStates(before: StateFacts | null, after: StateFacts): AddressDiff {
  const nothing: NameDiff = { added: [], changed: [], removed: [] }
  if (after.opaque || before?.opaque === true) return { ...nothing, outputs: { added: [], changed: [], removed: [] }, opaque: true }
  const instances = (facts: StateFacts | null): Entry[] => (facts?.instances ?? []).map(({ address, digest }) => ({ name: address, digest }))
  const outputs = (facts: StateFacts | null): Entry[] => (facts?.outputs ?? []).map(({ name, digest, sensitive }) => ({ name, digest: `${digest}${sensitive ? ' sensitive' : ''}` }))
  return { ...differ(instances(before), instances(after)), outputs: differ(outputs(before), outputs(after)), opaque: false }
}

function differ(before: readonly Entry[], after: readonly Entry[]): NameDiff {
  const was = new Map(before.map(({ name, digest }) => [name, digest]))
  const diff: NameDiff = { added: [], changed: [], removed: [] }
  for (const { name, digest } of after) {
    const old = was.get(name)
    if (old === undefined) diff.added.push(name)
    else if (old !== digest) diff.changed.push(name)
    was.delete(name)
  }
  diff.removed.push(...was.keys())
  return diff
}
