/**
 * What a change of policy loosens or tightens, in plain sentences for the person who countersigns it. The adversary is whoever wrote
 * the new text. So it is judged by the rules themselves: each one that is added, gone, changed or moved, and each change of the
 * environments, is told, loosening first, and none of them is left out for there being many. More than a statement takes is not
 * shortened: the statement is refused, and with it the change. Examples follow, as many as there is room for.
 *
 * "Nothing changes" is said only of two texts that mean the same to the last member; comments, and the order of members, mean nothing.
 * It is a summary, not the statement: the statement binds the digests of both texts.
 */
import { compareEnvironments } from './changes/environments.ts'
import { examplesOf, unforeseen } from './changes/examples.ts'
import { compareRules, kinds, type Told } from './changes/rules.ts'
import { inParts, written } from './changes/words.ts'
import type { Policy } from './decision.ts'

/** Examples for people to read: the rest is counted. */
const mostExamples = 20

export function describeChange(from: Policy, to: Policy): string[] {
  if (written(from.document) === written(to.document)) return ['Nothing that this version asks for changes.']
  const told: Told[] = [...compareDemonstration(from, to), ...compareEnvironments(from.document, to.document), ...compareRules(from.document, to.document)]
  const sentences = kinds.flatMap((kind) => told.filter((one) => one.kind === kind).flatMap((one) => inParts(`${kind}: ${one.sentence}`)))
  const examples = examplesOf(from, to, unforeseen).flatMap(inParts)
  const more = examples.length - mostExamples
  return [...sentences, ...examples.slice(0, mostExamples), ...(more > 0 ? [`... and ${more} more examples of the same changes.`] : [])]
}

function compareDemonstration(from: Policy, to: Policy): Told[] {
  if (from.demonstration === to.demonstration) return []
  if (to.demonstration) return [{ kind: 'Loosens', sentence: "the policy becomes a demonstration's, which trusts a software key." }]
  return [{ kind: 'Tightens', sentence: "the policy is no longer a demonstration's." }]
}
