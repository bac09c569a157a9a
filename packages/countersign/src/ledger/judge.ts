/**
 * Which start-up case the facts are. The order is from the ground up: first whether this is the right
 * database and key, then whether the checkpoints are ours, then whether the tree is whole, and only then
 * whether tree and checkpoints tell one story.
 */
import type { StartCode } from './errors.ts'
import type { Facts, Found } from './facts.ts'

export type Judgement = { code: StartCode; where: string; newest: Found | null }

export function judge(facts: Facts): Judgement {
  const { recorded, vkey, head, tree, database, folder, elsewhere } = facts
  const is = (code: StartCode, where = ''): Judgement => ({ code, where, newest: null })

  if (recorded === null) {
    if (folder.length > 0) return is('database_missing', folder.at(-1)?.where)
    return head === null && facts.leaves === 0 && database.length === 0 ? is('fresh') : is('tree_damaged', 'the record of the key is gone')
  }
  if (recorded.origin !== facts.origin) return is('instance_mismatch', `${recorded.origin}, not ${facts.origin}`)
  if (vkey === null) return is('key_missing')
  if (vkey !== recorded.vkey) return is('key_mismatch')

  const stored = [...folder, ...database]
  const foreign = stored.find((found) => found.problem === 'foreign')
  if (foreign !== undefined) return is('checkpoint_foreign', foreign.where)
  const invalid = stored.find((found) => found.problem === 'invalid')
  if (invalid !== undefined) return is('checkpoint_invalid', invalid.where)

  if (tree.badLeaves[0] !== undefined) return is('leaf_changed', `leaf ${tree.badLeaves[0]}`)
  if (tree.gap !== null) return is('leaf_missing', `leaf ${tree.gap}`)
  if (head === null) return is('tree_damaged', 'the head is gone')
  if (facts.leaves !== head.size) return is('leaf_missing', `${facts.leaves} leaves are stored, the head says ${head.size}`)
  if (tree.badNodes[0] !== undefined) return is('tree_damaged', `node ${tree.badNodes[0]}`)
  if (tree.root !== head.root) return is('tree_damaged', 'the root of the head')

  const newestIn = (place: Found[]): Found | null => place.reduce<Found | null>((newest, found) => (newest === null || found.size > newest.size ? found : newest), null)
  const everywhere = [...stored, ...elsewhere]
  const beyond = newestIn(everywhere.filter((found) => found.size > head.size))
  if (beyond !== null) return is('database_behind', `${head.size} leaves, ${beyond.where} covers ${beyond.size}`)
  const contradicted = everywhere.find((found) => found.root !== tree.rootAt.get(found.size))
  if (contradicted !== undefined) return is('history_rewritten', contradicted.where)

  const inFolder = newestIn(folder)
  const inDatabase = newestIn(database)
  const sizeIn = (found: Found | null): number => found?.size ?? -1
  const newest = newestIn(stored)
  if (sizeIn(inDatabase) > sizeIn(inFolder)) return { code: 'folder_behind', where: inDatabase?.where ?? '', newest }
  if (sizeIn(inFolder) > sizeIn(inDatabase)) return { code: 'table_behind', where: inFolder?.where ?? '', newest }
  if (newest === null) return { code: 'unsigned', where: '', newest }
  return { code: newest.size === head.size ? 'equal' : 'ahead', where: `${head.size} leaves, the newest checkpoint covers ${newest.size}`, newest }
}
