/**
 * Of what was asked of a state: that the grant was used, once and in time, and what was recorded under the request.
 *
 * The leaves about states are many, and new ones come; they are told by their type, `state.` and more, and by the request in
 * their ids. What their details say is shown and not checked: here it is proven that they were logged after the grant was used.
 */
import { ProofError } from '../errors.ts'
import type { Outcome } from '../types/record.ts'
import type { StateSubject } from '../types/subject.ts'
import type { StateRecord } from '../types/verdict.ts'
import { type EffectInput, type Found, mismatch, order, unsaid } from './effect-input.ts'
import { onlyLeaf, type OtherLeaf } from './leaves.ts'

type Input = EffectInput & { subject: StateSubject }

/** The grant was redeemed: for this subject, under this grant, after it was given and before it expired. */
export function checkRedeemed({ leaves, subjectDigest }: Input, granted: Found<'gate.granted'>): Found<'gate.redeemed'> {
  const redeemed = onlyLeaf(leaves, 'gate.redeemed')
  if (redeemed === undefined || granted === undefined) return undefined
  if (redeemed.details.subjectDigest !== subjectDigest) throw mismatch('the grant that was used is for another subject')
  if (redeemed.details.grant !== granted.details.grant) throw mismatch('another grant was used')
  if (redeemed.index <= granted.index) throw order('the grant was used before it was given')
  if (redeemed.leaf.time > granted.details.expires) throw new ProofError('grant_expired', 'the grant was used after it had expired')
  return redeemed
}

const refused = 'state.refused'

/** Nothing used: none. Used, and nothing recorded: started. Recorded: applied, or failed where it was refused in the end. */
function outcomeOf(redeemed: Found<'gate.redeemed'>, records: readonly OtherLeaf[]): Outcome {
  if (redeemed === undefined) return 'none'
  if (records.length === 0) return 'started'
  return records.some(({ leaf }) => leaf.type === refused) ? 'failed' : 'applied'
}

const recordOf = ({ leaf, details: { version, digest } }: OtherLeaf): StateRecord => ({
  type: leaf.type,
  time: leaf.time,
  version: typeof version === 'number' && version > 0 ? version : null,
  digest: typeof digest === 'string' && /^[0-9a-f]{64}$/.test(digest) ? digest : null,
})

export function checkRecords({ subject, others, outcome }: Input, redeemed: Found<'gate.redeemed'>): StateRecord[] {
  const records = others.filter(({ leaf }) => leaf.type.startsWith('state.'))
  if (records.some(({ leaf }) => leaf.ids['ref'] !== subject.request)) throw mismatch('what was recorded of a state is of another request')
  if (records.some(({ index }) => redeemed === undefined || index <= redeemed.index)) throw order('something was recorded before the grant was used')
  if (outcomeOf(redeemed, records) !== outcome) throw unsaid()
  return records.map(recordOf)
}
