/**
 * The way on with a database that is older than a checkpoint that was signed, when there is no newer one. Only the host has it, by a code
 * that is good for this very database and these very checkpoints: a flag that was left in a service's file does nothing the next time.
 *
 * The adversary puts an old copy of the database in place, in which used countersignatures are unused. So whatever is open in it is made
 * void before anything is served (the caller's `record`, durable before the first checkpoint is given up), the ledger says that it was
 * done, and the checkpoints that were given up stay in the folder as evidence. What cannot be helped is said: the key signs a second history
 * from here on, and every terminal that has seen more of the first one refuses until its person has asked why.
 */
import { createHash } from 'node:crypto'
import { formatCode, parseCode, shortCode } from '@countersign/proof'
import type { Folder } from '../platform/folder.ts'
import { fileName, givenUpName } from './checkpoints.ts'
import { stopped, type LedgerError } from './errors.ts'
import type { Facts, Found } from './facts.ts'

export type Accepted = { leaves: number; root: string; seen: { where: string; size: number; root: string }[] }

export type Older = {
  /** What the person at the host types; null: there is none at all. */
  accept: string | null
  /** Durable, before a checkpoint is given up. */
  record(accepted: Accepted): Promise<void>
}

/** What may be given up: everything else agrees, and the database itself knows nothing newer. Its own checkpoints beyond its end mean that its end was cut off. */
function acceptable({ head, tree, database, folder, elsewhere }: Facts): { head: { size: number; root: string }; beyond: Found[] } | null {
  if (head === null || database.some(({ size }) => size > head.size)) return null
  const others = [...database, ...folder, ...elsewhere]
  if (others.some(({ size, root }) => size <= head.size && tree.rootAt.get(size) !== root)) return null
  return { head, beyond: others.filter(({ size }) => size > head.size) }
}

function codeOf(origin: string, { head, beyond }: NonNullable<ReturnType<typeof acceptable>>): string {
  const seen = beyond.map(({ size, root }) => `${size}:${root}`).toSorted()
  return shortCode(createHash('sha256').update(JSON.stringify(['countersign.accept-older.v1', origin, head.size, head.root, [...new Set(seen)]])).digest('hex'))
}

/** @throws LedgerError `database_behind`, with the code where there is a way on, unless it was the one that was given */
export async function giveUp(facts: Facts, where: string, folder: Folder, older: Older): Promise<Accepted> {
  const found = acceptable(facts)
  if (found === null) throw stopped('database_behind', where)
  const code = codeOf(facts.origin, found)
  if (!isCode(older.accept, code)) throw withCode(where, formatCode(code), older.accept !== null)
  const accepted = { leaves: found.head.size, root: found.head.root, seen: found.beyond.map(({ where: seenAt, size, root }) => ({ where: seenAt, size, root })) }
  await older.record(accepted)
  for (const one of found.beyond) {
    await folder.write(givenUpName(one), one.note)
    if (facts.folder.includes(one)) await folder.remove(fileName(one.size))
  }
  return accepted
}

function isCode(typed: string | null, code: string): boolean {
  try {
    return typed !== null && parseCode(typed) === code
  } catch {
    return false
  }
}

function withCode(where: string, code: string, wrong: boolean): LedgerError {
  const error = stopped('database_behind', where)
  error.message += `${wrong ? ' The code that was given belongs to something else.' : ''} If there is no newer backup, and you know why this one is old: countersign up --accept-older-database ${code}. It makes void whatever is open in it and is written into the ledger; terminals that have seen more refuse this server until their people have asked you why.`
  return error
}
