/**
 * Nesting. A plan's own nesting is a few dozen levels; 100,000 are an attack on whoever walks it. Everything that recurses over a
 * plan counts down from `maxDepth`.
 */
import { PlanError } from '../error.ts'

/** The deepest nesting taken, in levels. */
export const maxDepth = 256

/**
 * Below this length the parser of the runtime takes any nesting in about a second and without recursion, and the walks refuse it
 * afterwards. Above, the text is scanned before it is parsed.
 */
const scanAbove = 4_000_000

export function tooDeep(): PlanError {
  return new PlanError('plan_too_deep', `The plan's JSON is nested deeper than ${maxDepth} levels, which no plan of Terraform is. Write it again with: terraform show -json PLANFILE > plan.json`)
}

/** Throws PlanError `plan_too_deep` for a long text that is nested too deep, before memory is spent on parsing it. */
export function refuseDeepText(text: string): void {
  if (text.length <= scanAbove) return
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit === 0x22) {
      i = endOfString(text, i)
    } else if (unit === 0x7b || unit === 0x5b) {
      depth++
      if (depth > maxDepth) throw tooDeep()
    } else if (unit === 0x7d || unit === 0x5d) depth--
  }
}

function endOfString(text: string, quote: number): number {
  let i = quote + 1
  while (i < text.length && text.charCodeAt(i) !== 0x22) i += text.charCodeAt(i) === 0x5c ? 2 : 1
  return i
}
