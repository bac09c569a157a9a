/**
 * Is something allowed afterwards that was not before? Each combination of principal, action and resource is looked for among the
 * statements from before; patterns cover patterns. What cannot be read or is too large to compare counts as wider.
 */
import { holder } from './policy-document.ts'
import type { PolicyDocument, Statement, Term } from './policy-document.ts'

/** Does pattern `wide` match everything that pattern `narrow` does? `*` any text, `?` any character. Linear with one restart point. */
export function covers(wide: string, narrow: string): boolean {
  let [w, n, star, mark] = [0, 0, -1, 0]
  while (n < narrow.length) {
    const character = wide[w]
    if (character === '*') {
      star = w++
      mark = n
    } else if (character === narrow[n] || (character === '?' && narrow[n] !== '*')) {
      w++
      n++
    } else if (star !== -1) {
      w = star + 1
      n = ++mark
    } else return false
  }
  while (wide[w] === '*') w++
  return w === wide.length
}

const someCovers = (wides: readonly string[], narrow: string): boolean => wides.some((wide) => covers(wide, narrow))

function termCovers(wide: Term, narrow: Term, pattern: string): boolean {
  if (!wide.not && !narrow.not) return someCovers(wide.patterns, pattern)
  // Everything but N is within everything but W when each exception of W is one of N.
  if (wide.not && narrow.not) return wide.patterns.every((exception) => someCovers(narrow.patterns, exception))
  if (!wide.not) return wide.patterns.includes('*')
  // A plain pattern is within "everything but W" when no exception can touch it.
  return !wide.patterns.some((exception) => mayOverlap(exception, pattern))
}

/** Could one text match both patterns? Compares what stands before the first and after the last wildcard; a false yes is safe here. */
function mayOverlap(a: string, b: string): boolean {
  const [headA, headB] = [a.split(/[*?]/, 1)[0] ?? '', b.split(/[*?]/, 1)[0] ?? '']
  const [tailA, tailB] = [/[^*?]*$/.exec(a)?.[0] ?? '', /[^*?]*$/.exec(b)?.[0] ?? '']
  if (headA === a && headB === b) return a === b
  return (headA.startsWith(headB) || headB.startsWith(headA)) && (tailA.endsWith(tailB) || tailB.endsWith(tailA))
}

/** The wider statement applies at least when the narrower does: each of its conditions is also required there, with the same values. */
const conditionCovers = (wide: Statement, narrow: Statement): boolean =>
  [...wide.conditions].every(([key, wanted]) => narrow.conditions.get(key) === wanted)

const patternsOf = (found: Term): readonly string[] => (found.not ? ['*'] : found.patterns)

/** Is every combination of `narrow` covered by some statement of `wides`? Beyond 50,000 comparisons only an equal statement covers. */
function covered(wides: readonly Statement[], narrow: Statement): boolean {
  const [whos, whats, wheres] = [patternsOf(narrow.principal), patternsOf(narrow.action), patternsOf(narrow.resource)]
  if (whos.length * whats.length * wheres.length * Math.max(1, wides.length) > 50_000) return wides.some((wide) => same(wide, narrow))
  const fitting = wides.filter((wide) => conditionCovers(wide, narrow))
  return whos.every((who) =>
    whats.every((what) =>
      wheres.every((where) =>
        fitting.some(
          (wide) => termCovers(wide.principal, narrow.principal, who) && termCovers(wide.action, narrow.action, what) && termCovers(wide.resource, narrow.resource, where),
        ),
      ),
    ),
  )
}

const same = (a: Statement, b: Statement): boolean =>
  JSON.stringify([a.principal, a.action, a.resource, a.condition]) === JSON.stringify([b.principal, b.action, b.resource, b.condition])

export type Widening = { code: 'iam_admin' | 'iam_public' | 'iam_wider' | 'iam_granted'; detail: string }

const list = (found: Term): string => `${found.not ? 'everything except ' : ''}${found.patterns.slice(0, 3).join(', ')}${found.patterns.length > 3 ? ' …' : ''}`

function judge(statement: Statement, isNew: boolean): Widening {
  const [anyAction, anyResource] = [statement.action.not || statement.action.patterns.some((p) => p === '*' || p === '*:*'), statement.resource.not || statement.resource.patterns.includes('*')]
  const trust = !statement.principal.patterns.includes(holder)
  const what = `allows ${list(statement.action)}${statement.resource.implied === true ? '' : ` on ${list(statement.resource)}`}`
  const open = statement.principal.not || statement.principal.patterns.includes('*')
  if (open && statement.conditions.size === 0) return { code: 'iam_public', detail: `${what} to anybody` }
  if (anyAction && anyResource) return { code: 'iam_admin', detail: `${what}${statement.conditions.size === 0 ? '' : ', under conditions'}` }
  const wild = statement.action.patterns.some((pattern) => pattern.endsWith(':*') || (!trust && /^(?:iam|sts|organizations|kms):/.test(pattern))) || anyAction || statement.resource.not || open
  return { code: isNew && !wild ? 'iam_granted' : 'iam_wider', detail: `${what}${trust ? ` to ${list(statement.principal)}` : ''}` }
}

/** What `after` allows and `before` did not. `isNew`: there was no document before, so that a narrow one is a grant and not a widening. */
export function widenings(before: PolicyDocument, after: PolicyDocument, isNew: boolean): Widening[] {
  if (!after.readable || !before.readable) return [{ code: 'iam_wider', detail: 'the policy document cannot be read or is too large to compare' }]
  const [oldAllows, oldDenies] = [before.statements.filter((s) => s.allow), before.statements.filter((s) => !s.allow)]
  const [allows, denies] = [after.statements.filter((s) => s.allow), after.statements.filter((s) => !s.allow)]
  const found = allows.filter((statement) => !covered(oldAllows, statement)).map((statement) => judge(statement, isNew))
  for (const deny of oldDenies) {
    if (!covered(denies, deny)) found.push({ code: 'iam_wider', detail: `no longer denies ${list(deny.action)} on ${list(deny.resource)}` })
  }
  return found
}
