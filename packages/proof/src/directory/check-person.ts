/** A person keeps the name under which the directory first knew them: another name for an old id is another person's mask. */
import { ProofError } from '../errors.ts'
import type { NamedPerson } from '../types/subject.ts'
import type { Draft } from './draft.ts'

export function checkPerson(draft: Draft, person: NamedPerson): void {
  const known = draft.people.get(person.id)
  if (known !== undefined && known.name !== person.name) {
    throw new ProofError('directory_person', 'the person is known under another name')
  }
}
