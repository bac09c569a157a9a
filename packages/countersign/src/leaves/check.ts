/**
 * One entry as it was shown, against the head of the log: the same for a page and for a terminal.
 *
 * The adversary is the server, or whoever writes to its database. Proven is that this text stands at this place of the log with that root, and
 * that these details are the ones it was written with. That somebody signed the root, the caller has checked; that a search left nothing out,
 * nothing here can say.
 */
import { commitmentOf, fromBase64url, fromHex, leafHash, parseLeaf, toHex, verifyInclusion, type Leaf } from '@countersign/proof'
import type { Outcome } from './kinds.ts'
import { outcomeIsInDetails, saidBy, type Said } from './said.ts'

/** Root in hex. */
export type Head = { readonly size: number; readonly root: string }

/** As the server's search answers it. `outcome`, `workspace` and `person` are what it was found by; `proof` is hex, lowest first. */
export type EntryView = { index: number; leaf: string; salt: string; details: string | null; outcome: string; workspace: string; person: string; proof: string[] }

/** `unreadable`: a later version's, perhaps; it stands in the log all the same, or not. */
export type Broken = 'not-in-log' | 'details-differ' | 'index-differs' | 'unreadable'

export type Checked = {
  entry: EntryView
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

const bytes = (hex: string): Uint8Array => fromHex(hex) ?? new Uint8Array()

export async function checkEntry(entry: EntryView, head: Head): Promise<Checked> {
  const broken: Broken[] = []
  const hash = await leafHash(new TextEncoder().encode(entry.leaf))
  const inLog = await verifyInclusion(entry.index, head.size, hash, entry.proof.map(bytes), bytes(head.root)).then(() => true, () => false)
  if (!inLog) broken.push('not-in-log')
  const leaf = leafIn(entry.leaf)
  if (leaf === null) broken.push('unreadable')
  if (leaf !== null && entry.details !== null && !(await isCommitted(entry, leaf))) broken.push('details-differ')
  const said = leaf === null ? null : saidBy(leaf, entry.details)
  const outcome = said === null || (entry.details === null && outcomeIsInDetails(said.type)) ? null : said.outcome
  if (said !== null && isFoundWrongly(entry, said, outcome)) broken.push('index-differs')
  const named = said !== null && said.workspace !== ''
  return {
    entry, leaf, said, outcome, workspace: named ? said.workspace : entry.workspace, named, person: said?.person || entry.person, hash: toHex(hash), broken,
  }
}

function leafIn(text: string): Leaf | null {
  try {
    return parseLeaf(text)
  } catch {
    return null
  }
}

async function isCommitted({ salt, details }: EntryView, leaf: Leaf): Promise<boolean> {
  const salted = fromBase64url(salt)
  return salted !== undefined && details !== null && (await commitmentOf(salted, details)) === leaf.commitment
}

/** Only what both sides know is compared: what is erased, or not shown to this person, is "" in one of them. */
function isFoundWrongly(entry: EntryView, said: Said, outcome: Outcome | null): boolean {
  if (entry.outcome !== '' && outcome !== null && entry.outcome !== outcome) return true
  if (entry.workspace !== '' && said.workspace !== '' && entry.workspace !== said.workspace) return true
  return entry.person !== said.person && entry.details !== null
}
