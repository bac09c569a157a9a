/** What lies beside the leaves of a page: asked for leaf after leaf, in order. */
import type { Db } from '../platform/store/store.ts'
import { rowsAtOnce, type Dialect, type Span } from './page.ts'
import type { StoredFact } from './search/audit.ts'

/** As it was found: a value may be of any type. */
export type Beside = {
  details: (idx: number) => { readonly salt: unknown; readonly details: unknown } | null
  /** Whether these are there, and no others. */
  areIds: (idx: number, named: Readonly<Record<string, string>>) => boolean
  fact: (idx: number) => StoredFact | null
  /** After the last leaf. */
  end: () => void
}

/** `stray` hears of rows that belong to none of the leaves that were asked for, or are there twice. */
export async function readBeside(db: Db, dialect: Dialect, span: Span, stray: (where: string) => void): Promise<Beside> {
  const [detailsAt = [], salts = [], details = []] = await rowsAtOnce(db, dialect, { table: 'ledger_details', numbers: ['idx'], texts: ['salt', 'details'] }, span)
  const [idsAt = [], keys = [], values = []] = await rowsAtOnce(db, dialect, { table: 'ledger_id', numbers: ['idx'], texts: ['key', 'value'] }, span)
  const [factsAt = [], ats = [], types = [], outcomes = [], persons = [], workspaces = []] =
    await rowsAtOnce(db, dialect, { table: 'ledger_fact', numbers: ['idx', 'at'], texts: ['type', 'outcome', 'person', 'workspace'] }, span)
  const detailsOf = new Alongside(detailsAt, (place) => stray(`ledger_details ${place}`))
  const idsOf = new Alongside(idsAt, (place) => stray(`ledger_id ${place}`))
  const factOf = new Alongside(factsAt, (place) => stray(`ledger_fact ${place}`))
  return {
    details: (idx) => {
      const row = detailsOf.single(idx)
      return row === null ? null : { salt: salts[row], details: details[row] }
    },
    // As many rows as names, and a row for each name: then each is of another one.
    areIds: (idx, named) => {
      const end = idsOf.pass(idx)
      const names = Object.keys(named)
      return names.length === end - idsOf.first && names.every((name) => {
        for (let row = idsOf.first; row < end; row++) if (keys[row] === name && values[row] === named[name]) return true
        return false
      })
    },
    fact: (idx) => {
      const row = factOf.single(idx)
      return row === null ? null : { type: types[row], at: ats[row], outcome: outcomes[row], person: persons[row], workspace: workspaces[row] }
    },
    end: () => [detailsOf, idsOf, factOf].forEach((rows) => rows.pass(Infinity)),
  }
}

/** Rows and leaves are both in the order of their places. */
class Alongside {
  /** The first row of the leaf that was asked for last. */
  first = 0
  #next = 0
  readonly #places: readonly unknown[]
  readonly #stray: (place: string) => void

  constructor(places: readonly unknown[], stray: (place: string) => void) {
    this.#places = places
    this.#stray = stray
  }

  /** Answers where the rows of this leaf end. */
  pass(idx: number): number {
    const places = this.#places
    let at = this.#next
    for (; at < places.length && Number(places[at]) < idx; at++) this.#stray(String(places[at]))
    this.first = at
    while (at < places.length && places[at] === idx) at++
    return (this.#next = at)
  }

  single(idx: number): number | null {
    const end = this.pass(idx)
    for (let row = this.first + 1; row < end; row++) this.#stray(String(idx))
    return end > this.first ? this.first : null
  }
}
