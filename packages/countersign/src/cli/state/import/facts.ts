/** What is asked about a body that is to be imported: read here once, in the statement that is signed, and compared after the import. */
import { createHash } from 'node:crypto'
import { CliError } from '../../exit.ts'

export type Facts = { readonly lineage: string; readonly serial: number; readonly digest: string; readonly size: number }

/** A body encrypted by OpenTofu has lineage and serial in clear, which is all that is looked at. Throws CliError `source_not_a_state`. */
export function factsOf(bytes: Uint8Array, name: string): Facts {
  const { lineage, serial } = parsed(bytes, name)
  if (typeof lineage !== 'string' || lineage === '' || typeof serial !== 'number' || !Number.isSafeInteger(serial) || serial < 0) throw notAState(name, 'it has no lineage and serial')
  return { lineage, serial, digest: createHash('sha256').update(bytes).digest('hex'), size: bytes.length }
}

function parsed(bytes: Uint8Array, name: string): { lineage?: unknown; serial?: unknown } {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'))
  } catch (cause) {
    throw notAState(name, 'it is not JSON', cause)
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw notAState(name, 'it is not an object')
}

function notAState(name: string, why: string, cause?: unknown): CliError {
  return new CliError('source_not_a_state', `${name} is not a state of Terraform: ${why}.`, 'Leave it out, or name the state itself.', { cause })
}
