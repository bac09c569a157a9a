/**
 * What a refusal says in `WWW-Authenticate`: one place, for every door.
 *
 * RFC 9470: where a better or newer proof of the person is missing, and not another token, the answer names the `acr_values` of which any
 * would do and the `max_age`. An error brings what it wants (`stepUp`); a code of the table that brings nothing wants a touch made for it.
 */
import type { StepUp } from '../../platform/coded-error.ts'
import type { Code, Problem } from './problem.ts'

const wantsTouch: readonly Code[] = ['countersignature_required', 'fresh_proof_required']
const touch: StepUp = { acrValues: ['phr'], maxAgeSeconds: 0 }

/** `presented`: the request's Authorization. The answer speaks the scheme of the token that was sent; browsers read `code` instead. */
export function challengeFor(answer: Problem, stepUp: StepUp | undefined, presented: string | undefined): string | undefined {
  const bearer = /^bearer /i.test(presented ?? '')
  const scheme = bearer ? 'Bearer' : 'DPoP'
  const wanted = stepUp ?? (wantsTouch.some((code) => code === answer.code) ? touch : undefined)
  if (answer.status === 401 && wanted) return `${scheme} ${members({ error: 'insufficient_user_authentication', error_description: answer.detail, ...asked(wanted) })}`
  if (answer.status === 401) return bearer ? scheme : `${scheme} algs="ES256 EdDSA"`
  // RFC 6750 section 3.1: this kind of token is never enough for it.
  if (bearer && answer.code === 'wrong_channel') return `Bearer ${members({ error: 'insufficient_scope', scope: 'countersign' })}`
  return undefined
}

function asked({ acrValues, maxAgeSeconds }: StepUp): Record<string, string> {
  return { ...(acrValues.length === 0 ? {} : { acr_values: acrValues.join(' ') }), ...(maxAgeSeconds === undefined ? {} : { max_age: String(maxAgeSeconds) }) }
}

/** Quoted strings of RFC 9110: what a message may hold beside plain ASCII is left out. */
function members(values: Record<string, string>): string {
  return Object.entries(values).map(([name, value]) => `${name}="${value.replaceAll(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, '')}"`).join(', ')
}
