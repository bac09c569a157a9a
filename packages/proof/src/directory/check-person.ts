/**
 * A person keeps the name under which the directory first knew them: another name for an old id is another person's mask.
 *
 * And who was removed stays removed. Their id stands in old evidence and perhaps still in somebody's memory; whoever could
 * bring it back would come with their past. A person who returns is a new one.
 */
import { ProofError } from '../errors.ts'
import type { NamedPerson } from '../types/subject.ts'
import type { Draft } from './draft.ts'

export function checkNotGone(draft: Draft, person: string): void {
  if (draft.gone.has(person)) throw new ProofError('directory_person', 'the person was removed, and their id is never used again')
}

export function checkPerson(draft: Draft, person: NamedPerson): void {
  checkNotGone(draft, person.id)
  const known = draft.people.get(person.id)
  if (known !== undefined && known.name !== person.name) {
    throw new ProofError('directory_person', 'the person is known under another name')
  }
}

/** @throws directory_target when the directory has never heard of the person, directory_person when they are gone */
export function checkKnown(draft: Draft, person: string): void {
  checkNotGone(draft, person)
  if (!draft.people.has(person)) throw new ProofError('directory_target', 'the directory does not know the person')
}
