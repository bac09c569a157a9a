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
  const numbered: Entry[] = []
  for (const entry of after) {
    if (isNumbered(entry.name)) {
      numbered.push(entry)
      continue
    }
    const old = was.get(entry.name)
    if (old === undefined) diff.added.push(entry.name)
    else if (old !== entry.digest) diff.changed.push(entry.name)
    was.delete(entry.name)
  }
  const left = [...was].map(([name, digest]) => ({ name, digest }))
  diff.removed.push(...left.filter(({ name }) => !isNumbered(name)).map(({ name }) => name))
  differNumbered(left.filter(({ name }) => isNumbered(name)), numbered, diff)
  return { added: diff.added.sort(), changed: diff.changed.sort(), removed: diff.removed.sort() }
}

/**
 * Without a key of the caller's, masked index keys are numbered in each version anew: the first of one need not be the first of the other.
 * Those of one resource are told apart by what they are, and only what is left over has changed, come or gone.
 */
const mask = /\(masked:([a-z_]+) [0-9]{1,9}\)/g
const isNumbered = (name: string): boolean => name.search(mask) !== -1

function differNumbered(before: readonly Entry[], after: readonly Entry[], diff: NameDiff): void {
  const shapes = new Map<string, { before: Entry[]; after: Entry[] }>()
  const shapeOf = ({ name }: Entry): { before: Entry[]; after: Entry[] } => {
    const shape = name.replace(mask, '(masked:$1)')
    const there = shapes.get(shape) ?? { before: [], after: [] }
    shapes.set(shape, there)
    return there
  }
  for (const entry of before) shapeOf(entry).before.push(entry)
  for (const entry of after) shapeOf(entry).after.push(entry)
  for (const shape of shapes.values()) {
    const gone = without(shape.before, shape.after)
    const come = without(shape.after, shape.before)
    diff.changed.push(...come.slice(0, gone.length).map(({ name }) => name))
    diff.added.push(...come.slice(gone.length).map(({ name }) => name))
    diff.removed.push(...gone.slice(come.length).map(({ name }) => name))
  }
}

/** Those of `some` whose digests are not among `others`, each of which counts once. */
function without(some: readonly Entry[], others: readonly Entry[]): Entry[] {
  const counts = new Map<string, number>()
  for (const { digest } of others) counts.set(digest, (counts.get(digest) ?? 0) + 1)
  return some.filter(({ digest }) => {
    const count = counts.get(digest) ?? 0
    counts.set(digest, count - 1)
    return count <= 0
  })
}
