/**
 * Owners who can act: those over the organisation who have a key. Where there is only one left, they can be neither removed
 * nor, without the host, replaced: nobody else could ever change the directory again.
 */
import type { Directory } from '../types/directory.ts'
import { keysOf, roleAt } from './moments.ts'

/** Whether anybody else owns the organisation and has a key. */
export const otherOwnerWithKey = (directory: Directory, person: string): boolean =>
  [...directory.people.keys()].some(
    (other) =>
      other !== person &&
      roleAt(directory, other, 'owner', '', directory.size) !== undefined &&
      keysOf(directory, other, directory.size).length > 0,
  )
