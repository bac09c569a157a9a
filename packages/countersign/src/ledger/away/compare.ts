/** Checkpoints from elsewhere, held against this ledger: which is the first that does not fit. */
import { examine, type Found } from '../facts.ts'
import { notesIn, type AwayText } from './read.ts'

export type Against = {
  /** Different ones, usable or not. */
  checkpoints: number
  newest: { size: number; root: string } | null
  /** The one over the fewest leaves. */
  misfit: { where: string; size: number; what: string } | null
}

/** Each different note once. A checkpoint's own file that holds none is one that cannot be read. */
export async function examineAway(texts: readonly AwayText[], vkeys: readonly string[], instance: string): Promise<Found[]> {
  const found = new Map<string, Found>()
  for (const { where, text } of texts) {
    const notes = notesIn(text)
    if (notes.length === 0) found.set(where, { where, note: '', size: -1, root: '', problem: 'invalid' })
    for (const note of notes) {
      if (!found.has(note)) found.set(note, await examine(note, notes.length > 1 ? `${where}, over ${claimed(note)} leaves` : where, vkeys, instance))
    }
  }
  return [...found.values()]
}

export function misfitOf(found: readonly Found[], wrong: (one: Found) => string | null): Against {
  const misfits = found.flatMap((one) => {
    const what = wrong(one)
    return what === null ? [] : [{ where: one.where, size: one.problem === 'none' ? one.size : claimed(one.note), what }]
  })
  const newest = found.reduce<Found | null>((best, one) => (one.problem !== 'none' || (best !== null && best.size >= one.size) ? best : one), null)
  return { checkpoints: found.length, newest: newest && { size: newest.size, root: newest.root }, misfit: misfits.toSorted((a, b) => a.size - b.size)[0] ?? null }
}

/** What an unverified note says of itself. */
const claimed = (note: string): number => Number(note.split('\n')[1] ?? '-1')
