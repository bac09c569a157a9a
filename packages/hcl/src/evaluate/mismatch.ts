/** Why the two results of a conditional have no type in common, in the words that Terraform's users know. */
import { quoteGo } from '../value/quote.ts'
import { any, isCollection, nameOf, sameType, type Type } from '../value/type.ts'

export function conditionalMismatch(yes: Type, no: Type): string {
  if (yes.kind === 'object' && no.kind === 'object') {
    for (const [name, one] of yes.attributes) {
      const other = no.attributes.get(name)
      if (other === undefined) return `The 'true' value includes object attribute ${quoteGo(name)}, which is absent in the 'false' value`
      if (!sameType(one, other)) return `Type mismatch for object attribute ${quoteGo(name)}: ${conditionalMismatch(one, other)}`
    }
    for (const name of no.attributes.keys()) if (!yes.attributes.has(name)) return `The 'false' value includes object attribute ${quoteGo(name)}, which is absent in the 'true' value`
  } else if (yes.kind === 'tuple' && no.kind === 'tuple') {
    const [a, b] = [yes.elements, no.elements]
    if (a.length !== b.length) return `The 'true' tuple has length ${a.length}, but the 'false' tuple has length ${b.length}`
    for (const [i, one] of a.entries()) {
      const other = b[i] ?? any
      if (!sameType(one, other)) return `Type mismatch for tuple element ${i}: ${conditionalMismatch(one, other)}`
    }
  } else if (isCollection(yes) && isCollection(no) && yes.kind === no.kind) {
    const [a, b] = [yes.element.kind, no.element.kind]
    if (a === b && (a === 'object' || a === 'tuple')) return `Mismatched ${yes.kind} element types: ${conditionalMismatch(yes.element, no.element)}`
  }
  const [a, b] = [nameOf(yes), nameOf(no)]
  if (a === b) return "At least one deeply-nested attribute or element is not compatible across both the 'true' and the 'false' value"
  return `The 'true' value is ${a}, but the 'false' value is ${b}`
}
