/**
 * `audit verify --server`: for who is not on the server's host. Its ledger is not read; it has to prove that what it shows now contains
 * every checkpoint from elsewhere, and the one that this terminal remembers. Nothing it says is taken on trust but what it signs with a
 * key that this terminal pinned.
 */
import { fromHex, verifyConsistency } from '@countersign/proof'
import { examineAway, misfitOf, type Against, type AwayText } from '../../ledger/away/index.ts'
import { openSession, type Session } from '../client/session.ts'
import { answer } from '../client/wire.ts'
import { readRepository } from '../config/repository.ts'
import { CliError } from '../exit.ts'
import { checkHistory } from '../trust/checkpoint.ts'

export type Head = { size: number; root: string }

/** One question each; a server answers so many in a minute, and no more. */
const MOST = 1_000

/** Of very many checkpoints the newest; `leftOut` counts the others. Throws CliError `server_history_changed` for what the terminal itself remembers. */
export async function verifyServer(server: string, texts: readonly AwayText[]): Promise<{ head: Head; against: Against; leftOut: number }> {
  const session = await openSession({ server }, await readRepository(process.cwd()))
  await checkHistory(session.api, session.profile, session.trust)
  const head = session.profile.load('checkpoint')
  if (head === undefined) throw new CliError('server_unexpected', 'The server shows no checkpoint.', 'Look at it with: countersign doctor')
  const all = await examineAway(texts, session.trust.ledgerKeys, session.trust.instance)
  const found = all.toSorted((a, b) => b.size - a.size).slice(0, MOST)
  const wrong = new Map<string, string>()
  for (const { note, where, size, root, problem } of found) {
    const what = problem === 'none' ? await contradiction(session, { size, root }, head) : problem === 'foreign' ? 'belongs to another ledger' : 'cannot be read, or is not signed by a ledger key that this terminal pinned'
    if (what !== null) wrong.set(note === '' ? where : note, what)
  }
  return { head, against: misfitOf(found, ({ note, where }) => wrong.get(note === '' ? where : note) ?? null), leftOut: all.length - found.length }
}

const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

async function contradiction({ api }: Session, from: Head, to: Head): Promise<string | null> {
  if (from.size > to.size) return `covers ${from.size} leaves, the server shows ${to.size}: it was rolled back, or its end cut off`
  const differs = 'contradicts the leaves that the server has now'
  // Every tree begins with the empty one: there is nothing to prove.
  if (from.size === 0) return from.root === EMPTY ? null : differs
  if (from.size === to.size) return from.root === to.root ? null : differs
  const { proof } = answer('consistency', await api.call('GET', `/api/v1/ledger/consistency?from=${from.size}&to=${to.size}`))
  try {
    await verifyConsistency(from.size, to.size, bytes(from.root), bytes(to.root), proof.map(bytes))
    return null
  } catch {
    return differs
  }
}

const bytes = (hex: string): Uint8Array => fromHex(hex) ?? new Uint8Array()
