/**
 * The directory: a hash chain of who is who, each entry countersigned. People, roles and keys are derived from it by the same replay
 * that an auditor runs; nothing else in the database can make somebody an owner.
 *
 * Guaranteed: an entry is stored only if the whole chain with it replays by the rules of @countersign/proof, and only together with a
 * ledger leaf that names its place and the head. What is served is what was replayed: whoever writes to the database is the
 * adversary, so no head is believed because it stands there. Every read takes all rows in one query and compares them, character by
 * character, with those that were replayed under this head. That is one comparison of strings, some microseconds for a directory of
 * hundreds of entries, where hashing or replaying each time would cost milliseconds; and unlike a hash of a few columns it leaves
 * nothing out. Rows that differ are replayed anew, their heads computed again, and refused if that fails. What one transaction has
 * compared it need not compare again: nobody else can change rows under it, and where it appended itself it looks each time.
 *
 * A chain that was cut off at its end replays as well. So this process remembers the longest one it saw committed, and refuses a
 * shorter one: `database_damaged`. After a start it is the ledger that says how long the directory must be.
 */
import { canonicalText, emptyHead, extendDirectory, headAfter, ProofError, replayDirectory } from '@countersign/proof'
import type { Countersignature, Directory, DirectoryEntry, DirectoryHead } from '@countersign/proof'
import { rfc3339, type Clock } from '../../platform/clock.ts'
import { StorageError } from '../../platform/store/errors.ts'
import type { Db, Tx } from '../../platform/store/store.ts'
import { afterCommit, groupOf } from '../../platform/store/unit.ts'
import type { Ledger } from '../../ledger/index.ts'
import { IdentityError } from '../errors.ts'

const replaysKept = 8
/** A read may have begun before the newest entry was committed, and lasts no longer than this. */
const readsLast = 60_000

export type Appended = { seq: number; head: string; entry: string }

export interface DirectoryStore {
  append(tx: Tx, subject: string, countersignatures: Countersignature[]): Promise<Appended>
  /** As replayed, like everything here: `database_damaged` where the rows are not what was countersigned. */
  head(db: Db | Tx): Promise<DirectoryHead>
  /** Canonical entries, genesis first. */
  entries(db: Db | Tx): Promise<string[]>
  /** The replayed chain as this transaction sees it; null before genesis. */
  state(db: Db | Tx): Promise<Directory | null>
}

type Row = { seq: number; entry: string; head: string }
/** `directory` is null before genesis. */
type Replayed = { rows: readonly Row[]; directory: Directory | null }

const nothing: Replayed = { rows: [], directory: null }

export function createDirectory(ports: { clock: Clock; ledger: Pick<Ledger, 'append'> }): DirectoryStore {
  const replays = new Map<string, Replayed>()
  let newest = { replayed: nothing, since: 0 }
  const compared = new WeakMap<object, Replayed | 'appended'>()

  async function read(db: Db | Tx): Promise<Replayed> {
    const group = groupOf(db)
    const before = compared.get(group)
    if (before !== undefined && before !== 'appended') return before
    const replayed = await compare(db)
    if (!compared.has(group)) compared.set(group, replayed)
    return replayed
  }

  async function compare(db: Db | Tx): Promise<Replayed> {
    const rows = await db.selectFrom('directory_entry').select(['seq', 'entry', 'head']).orderBy('seq').execute()
    const known = rows.length === 0 ? nothing : replays.get(rows.at(-1)?.head ?? '')
    if (known && same(known.rows, rows)) {
      refuseCut(known)
      return known
    }
    const replayed = keep({ rows, directory: await replay(rows) })
    refuseCut(replayed)
    remember(replayed)
    return replayed
  }

  function keep(replayed: Replayed): Replayed {
    replays.set(headOf(replayed).head, replayed)
    for (const oldest of replays.keys()) if (replays.size > replaysKept) replays.delete(oldest)
    return replayed
  }

  function remember(replayed: Replayed): void {
    if (replayed.rows.length > newest.replayed.rows.length) newest = { replayed, since: ports.clock.now() }
  }

  /** The newest chain must begin this one; or this one begins the newest, for a read that began before that was committed. */
  function refuseCut(replayed: Replayed): void {
    if (begins(newest.replayed, replayed)) return
    if (begins(replayed, newest.replayed) && ports.clock.now() - newest.since < readsLast) return
    throw damaged('entries that were there are gone')
  }

  async function append(tx: Tx, subject: string, countersignatures: Countersignature[]): Promise<Appended> {
    compared.set(groupOf(tx), 'appended')
    const before = await read(tx)
    const { size: seq, head: previous } = headOf(before)
    // Times never go back in the chain, even if the clock does.
    const time = Math.max(ports.clock.now(), before.directory?.times.at(-1) ?? 0)
    const entry = canonicalText({ v: 1, seq, previous, time: rfc3339(time), subject, countersignatures } satisfies DirectoryEntry)
    const head = await headAfter(previous, entry)
    const after = keep({ rows: [...before.rows, { seq, entry, head }], directory: await extend(before.directory, entry) })
    await tx.insertInto('directory_entry').values({ seq, entry, head, time }).execute()
    await ports.ledger.append(tx, { type: 'directory.appended', ids: { head }, details: { seq, head } })
    // Not before: an append that is rolled back was never there.
    afterCommit(tx, () => remember(after))
    return { seq, head, entry }
  }

  return {
    append,
    head: async (db) => headOf(await read(db)),
    entries: async (db) => (await read(db)).rows.map((row) => row.entry),
    state: async (db) => (await read(db)).directory,
  }
}

function same(known: readonly Row[], rows: readonly Row[]): boolean {
  return known.length === rows.length && rows.every(({ seq, entry, head }, at) => {
    const row = known[at]
    return row !== undefined && row.seq === seq && row.head === head && row.entry === entry
  })
}

async function replay(rows: readonly Row[]): Promise<Directory> {
  let directory: Directory
  try {
    directory = await replayDirectory(rows.map((row) => row.entry))
  } catch (cause) {
    if (!(cause instanceof ProofError)) throw cause
    throw damaged(cause.message, cause)
  }
  if (rows.some(({ seq, head }, at) => seq !== at || head !== directory.heads[at + 1])) throw damaged('a place or a head in it was changed')
  return directory
}

function headOf({ directory }: Replayed): DirectoryHead {
  return directory ? { size: directory.size, head: directory.heads[directory.size] ?? emptyHead } : { size: 0, head: emptyHead }
}

function begins(one: Replayed, other: Replayed): boolean {
  const { size, head } = headOf(one)
  return size === 0 || other.directory?.heads[size] === head
}

function damaged(why: string, cause?: unknown): StorageError {
  const message = `The directory in the database is not what was countersigned: ${why}. Nobody is let in by it. Stop, keep the database, and restore the newest backup.`
  return new StorageError('database_damaged', message, { cause })
}

async function extend(before: Directory | null, entry: string): Promise<Directory> {
  try {
    return await extendDirectory(before, entry)
  } catch (cause) {
    if (!(cause instanceof ProofError)) throw cause
    const next = 'Begin again; if it stays so, the server and the directory disagree.'
    throw new IdentityError('directory_refused', `The directory does not take this entry: ${cause.message}`, next, { cause })
  }
}
