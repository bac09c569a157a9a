/** `audit tail`: the entries of a data folder, those that are asked for, and those that come. */
import { once } from 'node:events'
import { findEntries, type Entry, type Found, type Page, type Wanted } from '../../ledger/index.ts'
import { reader } from '../../ledger/read.ts'
import { lineOf } from '../../ledger/export/index.ts'
import type { Store } from '../../platform/store/store.ts'
import { CliError, exitCodes, type ExitCode } from '../exit.ts'
import { safe, type Output } from '../output.ts'
import { openLedgerStore, placeOf, type PlaceOptions } from './place.ts'
import { wantedBy, type FilterOptions } from './filter.ts'

export type TailOptions = PlaceOptions & FilterOptions & { follow?: boolean }

const PAGE = 1_000
const LAST = 20
const POLL_MS = 1_000

/** Ends by itself, or with `--follow` at a signal. Throws CliError `data_missing`, `filter_invalid`, `server_history_changed`. */
export async function tailLedger(options: TailOptions, output: Output): Promise<ExitCode> {
  const wanted = wantedBy(options, Date.now())
  const store = await openLedgerStore(placeOf(options))
  const stopped = new AbortController()
  const stop = (): void => stopped.abort()
  try {
    const each = async (entry: Entry): Promise<void> => await show(entry, output)
    const lacking = (count: number): void => output.warn(`${output.paint.red('MISSING')}  ${count} entries of the ledger are not in its index, and a search does not find them. Look closer with: countersign audit verify`)
    let next = await past(store, wanted, options.since !== undefined, { each, lacking })
    if (options.follow !== true) return exitCodes.done
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop)
    while (!stopped.signal.aborted) {
      next = await following(store, wanted, next, { each, lacking })
      await pause(POLL_MS, stopped.signal)
    }
    return exitCodes.done
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop)
    await store.close()
  }
}

type Told = { each: (entry: Entry) => Promise<void>; lacking: (count: number) => void }

/** All that match, or the last few of them; answers the index after. */
async function past(store: Store, wanted: Wanted | null, all: boolean, told: Told): Promise<number> {
  if (all) return await following(store, wanted, 0, told)
  const size = await sizeOf(store)
  const last: Entry[] = []
  for (let before: number | null = size; before !== null && last.length < LAST;) {
    const found: Found = await searched(store, wanted ?? {}, { before, after: -1, limit: LAST - last.length })
    last.push(...found.entries.map(entryOf))
    if (found.lacking > 0) told.lacking(found.lacking)
    before = found.next
  }
  for (const entry of last.toReversed()) await told.each(entry)
  return size
}

/** In the order of the log. A ledger only grows: one that has become shorter under our eyes is told, loudly. */
async function following(store: Store, wanted: Wanted | null, from: number, { each, lacking }: Told): Promise<number> {
  const size = await sizeOf(store)
  if (size < from) throw new CliError('server_history_changed', `THE LEDGER WAS CHANGED: it has ${size} entries where there were ${from}.`, 'Look closer with: countersign audit verify --against the checkpoints that left the host', { exit: exitCodes.verificationFailed })
  const { entries } = reader(store)
  for (let next = from; next < size; next += PAGE) {
    const page = { before: Math.min(next + PAGE, size), after: next - 1, limit: PAGE }
    // Where everything is meant, nothing is asked of the index: it could leave something out.
    const found = wanted === null ? { entries: await entries(next, page.before - next), lacking: 0 } : await searched(store, wanted, page).then((one) => ({ entries: one.entries.map(entryOf).toReversed(), lacking: one.lacking }))
    if (found.lacking > 0) lacking(found.lacking)
    for (const entry of found.entries) await each(entry)
  }
  return size
}

const searched = async (store: Store, wanted: Wanted, page: Page): Promise<Found> => await store.read((db) => findEntries(db, wanted, 'all', page))

const sizeOf = async (store: Store): Promise<number> => (await store.read((db) => db.selectFrom('ledger_head').select('size').where('id', '=', 1).executeTakeFirst()))?.size ?? 0

const entryOf = ({ index, leaf, salt, details }: { index: number; leaf: string; salt: string | null; details: string | null }): Entry => ({ index, leaf, salt: salt ?? '', details })

async function show(entry: Entry, output: Output): Promise<void> {
  const line = output.json ? lineOf(entry) : `${inWords(entry, output)}\n`
  // A reader that is slower than the ledger is waited for; nothing piles up.
  if (!process.stdout.write(line)) await once(process.stdout, 'drain')
}

const DETAILS = 200

function inWords({ index, leaf, details }: Entry, { paint }: Output): string {
  const { time, type, ids } = JSON.parse(leaf) as { time: string; type: string; ids: Record<string, string> }
  const named = Object.entries(ids).map(([key, value]) => `${key}=${value}`).join(' ')
  const beside = details === null ? 'details erased' : details.length > DETAILS ? `${details.slice(0, DETAILS)}...` : details
  return `${paint.dim(String(index))} ${safe(time)} ${paint.bold(safe(type))} ${safe(named)} ${paint.dim(safe(beside))}`
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    }, { once: true })
  })
}
