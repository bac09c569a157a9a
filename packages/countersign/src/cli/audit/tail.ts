/** `audit tail`: the entries of a data folder, those that are asked for, and those that come. */
import { once } from 'node:events'
import type { Entry } from '../../ledger/index.ts'
import { reader } from '../../ledger/read.ts'
import { lineOf } from '../../ledger/export/index.ts'
import type { Store } from '../../platform/store/store.ts'
import { CliError, exitCodes, type ExitCode } from '../exit.ts'
import { safe, type Output } from '../output.ts'
import { openLedgerStore, placeOf, type PlaceOptions } from './place.ts'
import { compileFilter, type Filter, type FilterOptions } from './filter.ts'

export type TailOptions = PlaceOptions & FilterOptions & { follow?: boolean }

const PAGE = 1_000
const LAST = 20
const POLL_MS = 1_000

/** Ends by itself, or with `--follow` at a signal. Throws CliError `data_missing`, `filter_invalid`, `server_history_changed`. */
export async function tailLedger(options: TailOptions, output: Output): Promise<ExitCode> {
  const filter = compileFilter(options, Date.now())
  const store = await openLedgerStore(placeOf(options))
  const stopped = new AbortController()
  const stop = (): void => stopped.abort()
  try {
    let next = await past(store, filter, options.since !== undefined, async (entry) => await show(entry, output))
    if (options.follow !== true) return exitCodes.done
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop)
    while (!stopped.signal.aborted) {
      next = await following(store, next, async (entry) => {
        if (filter.matches(entry)) await show(entry, output)
      })
      await pause(POLL_MS, stopped.signal)
    }
    return exitCodes.done
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop)
    await store.close()
  }
}

/** All that match, or the last few of them; answers the index after. */
async function past(store: Store, filter: Filter, all: boolean, each: (entry: Entry) => Promise<void>): Promise<number> {
  if (filter.prepares) await following(store, 0, async (entry) => filter.prepare(entry))
  const last: Entry[] = []
  const next = await following(store, 0, async (entry) => {
    if (!filter.matches(entry)) return
    if (all) return await each(entry)
    last.push(entry)
    if (last.length > LAST) last.shift()
  })
  for (const entry of last) await each(entry)
  return next
}

/** A ledger only grows: one that has become shorter under our eyes is told, loudly. */
async function following(store: Store, from: number, each: (entry: Entry) => Promise<void>): Promise<number> {
  const { entries } = reader(store)
  const head = await store.read((db) => db.selectFrom('ledger_head').select('size').where('id', '=', 1).executeTakeFirst())
  if ((head?.size ?? 0) < from) throw new CliError('server_history_changed', `THE LEDGER WAS CHANGED: it has ${head?.size ?? 0} entries where there were ${from}.`, 'Look closer with: countersign audit verify --against the checkpoints that left the host', { exit: exitCodes.verificationFailed })
  let next = from
  for (;;) {
    const page = await entries(next, PAGE)
    for (const entry of page) await each(entry)
    next = (page.at(-1)?.index ?? next - 1) + 1
    if (page.length < PAGE) return next
  }
}

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
