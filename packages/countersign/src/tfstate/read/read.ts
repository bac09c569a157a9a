/**
 * A state's facts, in two passes over the bytes. The survey finds everything for which a state is refused, and is all that a client waits
 * for; what the state holds (digests, secrets) is read after it, and takes several times as long.
 */
import { TfstateError } from '../error.ts'
import type { ReadOptions, StateFacts, StateHead } from '../shape.ts'
import type { Slices } from '../text/slice.ts'
import type { Head } from './address.ts'
import type { Document } from './document.ts'
import { factsFrom, gather, writtenFrom } from './gather.ts'
import { asBuffer, eachPlace } from './parts.ts'

/** Where everything stands: to be given to `factsOf` with the same bytes, and to nobody else. Addresses are as they are in the state. */
export type Survey = { head: StateHead; document: Document; providers: ReadonlySet<string>; addresses: string[]; heads: Head[]; slices: Slices }

const providerSource = /provider\["([^"\\]+)"\]/

/** Throws TfstateError for every state that is none, or none that Terraform would read as we do. */
export function surveyState(bytes: Uint8Array): Survey {
  const addresses: string[] = []
  const heads: Head[] = []
  const slices: Slices = []
  const providers = new Set<string>()
  let outputs = 0
  const document = eachPlace(asBuffer(bytes), {
    resource: (head) => providers.add(providerSource.exec(head.provider)?.[1] ?? head.provider),
    instance(at, head, from, to, flags) {
      addresses.push(at)
      heads.push(head)
      slices.push(from, to, flags)
    },
    output: () => outputs++,
  })
  if (new Set(addresses).size !== addresses.length) throw new TfstateError('state_duplicate_address', 'The state holds two instances of the same address.')
  const { opaque, lineage, serial, resources } = document
  return { head: { opaque, lineage, serial, resources, instances: addresses.length, outputs }, document, providers, addresses, heads, slices }
}

/** See `ReadOptions` for what the digests are worth without a key. */
export function factsOf(bytes: Uint8Array, survey: Survey, options: ReadOptions = {}): StateFacts {
  return factsFrom(gather(asBuffer(bytes), survey, options))
}

/** Both passes. Throws TfstateError. */
export function readState(bytes: Uint8Array, options: ReadOptions = {}): StateFacts {
  return factsOf(bytes, surveyState(bytes), options)
}

/** As `readState`, as JSON in UTF-8, and how many secrets there are: for a state so large that its facts are never all objects at once. */
export function readWritten(bytes: Uint8Array, options: ReadOptions = {}): { json: Uint8Array; secrets: number } {
  return writtenFrom(gather(asBuffer(bytes), surveyState(bytes), options))
}
