/** Directory entries: canonical {v, seq, previous, time, subject, countersignatures}. */
import { parseCanonical } from '../canonical/parse.ts'
import { countersignature } from '../countersignature.ts'
import { readAs } from '../schema/read-as.ts'
import { digest, time } from '../schema/scalars.ts'
import { array, integer, object, oneOf, type Shape, text } from '../schema/shape.ts'
import type { DirectoryEntry } from '../types/record.ts'

const entry: Shape<DirectoryEntry> = object<DirectoryEntry>({
  v: oneOf(1),
  seq: integer(0),
  previous: digest,
  time,
  subject: text(65_536),
  countersignatures: array(countersignature, 32),
})

/** @throws ProofError statement_not_canonical, directory_entry_invalid */
export function parseDirectoryEntry(text: string | Uint8Array): DirectoryEntry {
  return readAs('directory_entry_invalid', 'the directory entry', parseCanonical(text), entry)
}
