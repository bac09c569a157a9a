/** Asking the server, and checking what it answers before any of it is shown. */
import { call } from '../../api/call.ts'
import { checkEntry, type Checked, type EntryView, type Head } from '../../../leaves/index.ts'
import type { LedgerOneView, LedgerSearchView, TrustView } from '../../api/views.ts'
import { checkContinued, checkSignature, type Continued, type Signed } from './check.ts'
import { keepHead, keepKeys, keptHead, keptKeys, type PinnedKeys, type SeenHead } from './kept.ts'
import { askedOf, type Search } from './query.ts'

/** What is known of the log as a whole. `offered`: the server's keys of today, where this browser knows others. */
export type Standing = { head: Head; note: string; signed: Signed; pinned: PinnedKeys; firstKeys: boolean; offered: TrustView | null; continued: Continued; before: SeenHead | null }

export type Found = { standing: Standing; checked: Checked[]; people: Record<string, string>; next: number | null; lacking: number }
export type FoundOne = { standing: Standing; checked: Checked; people: Record<string, string> }

const PAGE = 50

export async function search(wanted: Search, signal: AbortSignal): Promise<Found> {
  const view = await call<LedgerSearchView>('GET', `/api/v1/ledger/search?${queryOf(askedOf(wanted), { limit: PAGE })}`, undefined, signal)
  const standing = await standingOf(view, signal)
  return { standing, checked: await checkAll(view.entries, standing.head), people: view.people, next: view.next, lacking: view.lacking }
}

/** Goes on where the last page ended, against the checkpoint that was checked then: a page that the server answers for another root fails. */
export async function searchOn(wanted: Search, { standing, checked, people, next, lacking }: Found): Promise<Found> {
  const view = await call<LedgerSearchView>('GET', `/api/v1/ledger/search?${queryOf(askedOf(wanted), { limit: PAGE, size: standing.head.size, before: next ?? 0 })}`)
  return { standing, checked: [...checked, ...(await checkAll(view.entries, standing.head))], people: { ...people, ...view.people }, next: view.next, lacking: lacking + view.lacking }
}

export async function loadEntry(index: number, signal: AbortSignal): Promise<FoundOne> {
  const view = await call<LedgerOneView>('GET', `/api/v1/ledger/entries/${index}`, undefined, signal)
  const standing = await standingOf(view, signal)
  // The place that was asked for: an answer about another one proves nothing about it.
  return { standing, checked: await checkEntry({ ...view.entry, index }, standing.head), people: view.people }
}

export const countNewer = (wanted: Search, after: number, signal: AbortSignal): Promise<{ count: number; more: boolean }> =>
  call('GET', `/api/v1/ledger/search/newer?${queryOf(askedOf(wanted), { after })}`, undefined, signal)

function queryOf(query: URLSearchParams, figures: Record<string, number>): string {
  for (const [name, figure] of Object.entries(figures)) query.set(name, String(figure))
  return query.toString()
}

const checkAll = (entries: readonly EntryView[], head: Head): Promise<Checked[]> => Promise.all(entries.map((entry) => checkEntry(entry, head)))

async function standingOf({ size, root, checkpoint: note }: { size: number; root: string; checkpoint: string }, signal: AbortSignal): Promise<Standing> {
  const head = { size, root }
  const kept = keptKeys()
  const trust = kept === null ? await trustNow(signal) : null
  const pinned = kept ?? { instance: trust?.instance ?? '', keys: trust?.ledgerKeys ?? [], at: Date.now() }
  const signed = await checkSignature(note, head, pinned)
  const before = keptHead()
  const continued = await checkContinued(before, head, async (from, to) => (await call<{ proof: string[] }>('GET', `/api/v1/ledger/consistency?from=${from}&to=${to}`, undefined, signal)).proof)
  // What contradicts what is kept stays beside it: the next visit must find the same.
  if (signed === 'signed' && kept === null) keepKeys(pinned)
  if (continued !== 'broken' && (signed === 'signed' || signed === 'unable')) keepHead(head)
  return { head, note, signed, pinned, firstKeys: kept === null, offered: signed === 'other-key' ? await trustNow(signal) : null, continued, before }
}

const trustNow = (signal: AbortSignal): Promise<TrustView> => call<TrustView>('GET', '/api/v1/trust', undefined, signal)

/** A person has said that the log was restored, or its key replaced, on purpose. */
export function acceptHistory(): void {
  keepHead(null)
}

export function acceptKeys({ instance, ledgerKeys }: TrustView): void {
  keepKeys({ instance, keys: ledgerKeys })
}

export const isSound = ({ signed, continued }: Standing): boolean => signed !== 'not-signed' && signed !== 'other-key' && continued !== 'broken'
