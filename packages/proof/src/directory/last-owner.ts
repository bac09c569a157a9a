/**
 * Owners who can act: those over the organisation who have a key of a site that holds. Where there is only one left, they can be
 * neither removed nor, without the host, replaced: nobody else could ever change the directory again. Where there are two, it
 * takes two to say who owns the organisation: one alone could make a second self, and then pass for both.
 */
import { ProofError } from '../errors.ts'
import { type Countersigned, ownersAmong } from '../requirement.ts'
import type { Directory } from '../types/directory.ts'
import { humanOf, isOwnerAt, keysOf, siteAt } from './moments.ts'

/** The ids that own the organisation at that size and have a key that counts somewhere. */
export const ownersWithKey = (directory: Directory, size: number): string[] =>
  [...directory.people.keys()].filter(
    (person) =>
      isOwnerAt(directory, person, size) &&
      keysOf(directory, person, size).some(({ rpId }) => siteAt(directory, rpId, size) !== undefined),
  )

/** Whether anybody else owns the organisation and has a key. */
export const otherOwnerWithKey = (directory: Directory, person: string): boolean =>
  ownersWithKey(directory, directory.size).some((other) => other !== person)

/** How many humans own the organisation and have a key; `beside`: not counting this one. */
export function countOwners(directory: Directory, size: number, beside?: string): number {
  const humans = new Set(ownersWithKey(directory, size).map((owner) => humanOf(directory, owner, size)))
  if (beside !== undefined) humans.delete(humanOf(directory, beside, size))
  return humans.size
}

/** Whether one owner's word is not enough to let this person in: they own the organisation, and two others could have a say. */
export const takesTwo = (directory: Directory, person: string): boolean =>
  isOwnerAt(directory, person, directory.size) && countOwners(directory, directory.size, person) > 1

/**
 * An owner's countersignature, and those of two once there are two. Answers whether theirs rests on a demonstration.
 * @throws directory_authority
 */
export function checkOwners(asked: Countersigned, size: number): boolean {
  const owners = ownersAmong(asked)
  if (owners.people.size < Math.min(2, Math.max(1, countOwners(asked.directory, size)))) {
    throw new ProofError('directory_authority', 'this is changed by an owner, and by two of them once two have a key')
  }
  return owners.demonstration
}
