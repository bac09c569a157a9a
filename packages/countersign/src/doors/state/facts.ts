/**
 * What was read out of each state (addresses, digests, findings), sealed beside its bytes: lists and comparisons need that, and never the
 * state. Of a small state it is there with the version. To read a large one takes longer than its client should wait: the version becomes
 * current once nothing is wrong with it, and what it holds comes a moment later; where the server died in between, with the next round of
 * its jobs, or as soon as somebody asks.
 */
import type { StateReader, WrittenFacts } from '../../tfstate/apart.ts'
import { readFacts, writeFacts } from '../../tfstate/apart.ts'
import { compareStates, factsOf as factsIn, surveyState, TfstateError } from '../../tfstate/index.ts'
import type { AddressDiff, StateFacts, StateHead } from '../../tfstate/index.ts'
import { bytesOf, insertBodies, pickUp, withBodies } from './bodies.ts'
import type { StateDeps } from './ports.ts'
import { openBody, sealBytes } from './seal.ts'
import { addCounts, bodyOf } from './store.ts'
import type { VersionRow } from './store.ts'

/** `facts` or `later`, and null for the other. `later` begins to read, once: the bytes must not be written to before it ended. */
export type Read = { head: StateHead; facts: WrittenFacts | null; later: (() => Promise<WrittenFacts>) | null }

/** Above this a state is read on a thread apart. */
const APART = 1 << 20

/** Outside of a unit. @throws TfstateError: its codes say what is wrong, and no message repeats anything of the state */
export async function readBody({ reader }: { reader: StateReader }, bytes: Uint8Array): Promise<Read> {
  if (bytes.byteLength === 0) throw new TfstateError('state_empty', 'The body is empty.')
  if (bytes.byteLength > APART) {
    const { head, facts } = await reader.read(bytes)
    return { head, facts: null, later: facts }
  }
  const survey = surveyState(bytes)
  return { head: survey.head, facts: writeFacts(factsIn(bytes, survey)), later: null }
}

/** What this server still reads, by version. */
export type Following = { readonly coming: Map<string, Promise<void>>; /** Those of which nothing could be read. */ readonly failed: Set<string> }
export const createFollowing = (): Following => ({ coming: new Map(), failed: new Set() })

type Of = { id: string; workspace: string; digest: string }

/** After the version was kept. Never fails: what does not come is looked for again. */
export function follow(deps: StateDeps, { id, workspace, digest }: Of, later: Promise<WrittenFacts>): Promise<void> {
  const { coming, failed } = deps.following
  // What was sealed of it is not held on to meanwhile.
  const of = { id, workspace, digest }
  const come = later.then((facts) => keepFacts(deps, of, facts)).catch(() => void failed.add(of.id)).finally(() => coming.delete(of.id))
  coming.set(of.id, come)
  return come
}

async function keepFacts(deps: StateDeps, of: Of, facts: WrittenFacts): Promise<void> {
  const body = await sealBytes(deps, { workspace: of.workspace, sealedAs: of.id, digest: of.digest }, 'facts', facts.json, { asLaid: facts.json.byteLength > APART })
  await withBodies(deps, [body], async (tx) => {
    // Destroyed meanwhile: nothing of it may come back.
    if (!(await bodyOf(tx, of.id, 'state'))) return
    await insertBodies(tx, [body])
    await addCounts(tx, of.id, { secrets: facts.secrets })
  })
}

/** Outside of a unit: nothing waits while they are opened, or read anew. @throws StateError `state_tampered`, TfstateError */
async function writtenFacts(deps: StateDeps, of: VersionRow): Promise<Uint8Array> {
  await deps.following.coming.get(of.sealed_as)
  const kept = await pickUp(deps, of, 'facts')
  if (kept) return openBody(deps, kept)
  const { facts, later } = await readBody(deps, await openBody(deps, await bytesOf(deps, of)))
  const read = facts ?? (await later?.())
  if (!read) throw new TypeError('a state is read now or later')
  await follow(deps, { id: of.sealed_as, workspace: of.workspace, digest: of.digest }, Promise.resolve(read))
  return read.json
}

/** As `writtenFacts`. */
export async function factsOf(deps: StateDeps, of: VersionRow): Promise<StateFacts> {
  return readFacts(await writtenFacts(deps, of))
}

/** Which addresses differ. `before` null: nothing was there. As `factsOf`. */
export async function differencesOf(deps: StateDeps, before: VersionRow | null, after: VersionRow): Promise<AddressDiff> {
  const from = before && (await writtenFacts(deps, before))
  const to = await writtenFacts(deps, after)
  if ((from?.byteLength ?? 0) + to.byteLength > APART) return deps.reader.compare(from, to)
  return compareStates(from && readFacts(from), readFacts(to))
}

const LEFT_BEHIND = 5 * 60_000
const BATCH = 5

/** Of versions that a server which died left unread. What cannot be read is tried once by each server, and by whoever asks. */
export async function readLeftBehind(deps: StateDeps): Promise<void> {
  const { failed } = deps.following
  const rows = await deps.store.read((db) => db.selectFrom('state_version as v').selectAll('v').whereRef('v.sealed_as', '=', 'v.id').where('v.status', 'in', ['kept', 'quarantined'])
    .where('v.created_at', '<', deps.clock.now() - LEFT_BEHIND).where((e) => e.not(e.exists(e.selectFrom('state_body as b').select('b.body').whereRef('b.version', '=', 'v.id').where('b.kind', '=', 'facts'))))
    .orderBy('v.id', 'desc').limit(BATCH + failed.size).execute())
  for (const row of rows.filter(({ id }) => !failed.has(id)).slice(0, BATCH)) await factsOf(deps, row).catch(() => void failed.add(row.id))
}
