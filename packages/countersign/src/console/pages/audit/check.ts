/**
 * The checks that this page makes by itself, with the code of @countersign/proof: nothing here asks the server whether it is right.
 *
 * The adversary is the server, or whoever writes to its database. Proven is that an entry, as it is shown, stands at its place in a log
 * that a known key has signed, and that this log still begins with what this browser saw before. Not proven is that nothing is left out of a search:
 * the index that is searched is the server's, which is what `countersign audit verify` is for.
 */
import { commitmentOf, fromBase64url, fromHex, leafHash, parseLeaf, ProofError, verifyCheckpoint, verifyConsistency, verifyInclusion, type Leaf } from '@countersign/proof'
import { outcomeIsInDetails, saidBy, type Outcome, type Said } from '../../../leaves/index.ts'
import type { LedgerEntryView } from '../../api/views.ts'
import type { Head, PinnedKeys, SeenHead } from './kept.ts'

/** `unable`: this browser has not the cryptography. */
export type Signed = 'signed' | 'not-signed' | 'other-key' | 'unable'

/** That a key which this browser knows signed exactly this size and root. */
export async function checkSignature(note: string, head: Head, pinned: PinnedKeys): Promise<Signed> {
  try {
    const { size, root } = await verifyCheckpoint(note, pinned.instance, pinned.keys)
    return size === head.size && root === head.root ? 'signed' : 'not-signed'
  } catch (error) {
    if (!(error instanceof ProofError)) return 'unable'
    return error.code === 'checkpoint_key' || error.code === 'checkpoint_origin' ? 'other-key' : 'not-signed'
  }
}

const bytes = (hex: string): Uint8Array => fromHex(hex) ?? new Uint8Array()
const holds = (proof: Promise<void>): Promise<boolean> => proof.then(() => true, () => false)

export type Continued = 'first' | 'same' | 'grown' | 'broken'

/** That the log still begins with what was seen before. `proofOf` asks the server for the path between the two. */
export async function checkContinued(before: SeenHead | null, now: Head, proofOf: (from: number, to: number) => Promise<string[]>): Promise<Continued> {
  if (before === null || before.size === 0) return 'first'
  if (before.size > now.size) return 'broken'
  if (before.size === now.size) return before.root === now.root ? 'same' : 'broken'
  const proof = await proofOf(before.size, now.size)
  return (await holds(verifyConsistency(before.size, now.size, bytes(before.root), bytes(now.root), proof.map(bytes)))) ? 'grown' : 'broken'
}

/** `unreadable`: a later version's, perhaps; it stands in the log all the same, or not. */
export type Broken = 'not-in-log' | 'details-differ' | 'index-differs' | 'unreadable'

export type Checked = {
  entry: LedgerEntryView
  leaf: Leaf | null
  /** What the leaf and its details say, computed here; null for a leaf that cannot be read. */
  said: Said | null
  /** null where the details would say it, and are erased or not this person's to see. */
  outcome: Outcome | null
  /** "" for none; `named` when the entry itself names it, and not only the server for its request. */
  workspace: string
  named: boolean
  person: string
  hash: string
  broken: Broken[]
}

export async function checkEntry(entry: LedgerEntryView, head: Head): Promise<Checked> {
  const broken: Broken[] = []
  const hash = await leafHash(new TextEncoder().encode(entry.leaf))
  if (!(await holds(verifyInclusion(entry.index, head.size, hash, entry.proof.map(bytes), bytes(head.root))))) broken.push('not-in-log')
  const leaf = leafIn(entry.leaf)
  if (leaf === null) broken.push('unreadable')
  if (leaf !== null && entry.details !== null && !(await isCommitted(entry, leaf))) broken.push('details-differ')
  const said = leaf === null ? null : saidBy(leaf, entry.details)
  const outcome = said === null || (entry.details === null && outcomeIsInDetails(said.type)) ? null : said.outcome
  if (said !== null && isFoundWrongly(entry, said, outcome)) broken.push('index-differs')
  const named = said !== null && said.workspace !== ''
  return {
    entry, leaf, said, outcome, workspace: named ? said.workspace : entry.workspace, named, person: said?.person || entry.person, hash: [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join(''), broken,
  }
}

function leafIn(text: string): Leaf | null {
  try {
    return parseLeaf(text)
  } catch {
    return null
  }
}

async function isCommitted({ salt, details }: LedgerEntryView, leaf: Leaf): Promise<boolean> {
  const salted = fromBase64url(salt)
  return salted !== undefined && details !== null && (await commitmentOf(salted, details)) === leaf.commitment
}

/** Only what both sides know is compared: what is erased, or not shown to this person, is "" in one of them. */
function isFoundWrongly(entry: LedgerEntryView, said: Said, outcome: Outcome | null): boolean {
  if (entry.outcome !== '' && outcome !== null && entry.outcome !== outcome) return true
  if (entry.workspace !== '' && said.workspace !== '' && entry.workspace !== said.workspace) return true
  return entry.person !== said.person && entry.details !== null
}
