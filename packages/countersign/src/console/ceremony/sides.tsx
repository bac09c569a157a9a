/**
 * Before -> after of one attribute. Values are the plan's, escaped; what was masked says why, and what is only known at
 * the apply says so. Documents (JSON, several lines) are compared line by line, in full.
 */
import type { Difference, Json, Side } from '../../plan/index.ts'
import { Diff } from '../parts/diff.tsx'
import { plain, Text } from '../parts/text.tsx'

export function Differences({ of }: { of: Difference[] }) {
  return (
    <dl class="differences">
      {of.map((one) => (
        <div key={one.path} class="difference">
          <dt>
            <code><Text of={one.path} /></code>
            {one.forcesReplacement && <span class="forces">forces the replacement</span>}
          </dt>
          <dd><BeforeAfter before={one.before} after={one.after} path={one.path} /></dd>
        </div>
      ))}
    </dl>
  )
}

function BeforeAfter({ before, after, path }: { before: Side; after: Side; path: string }) {
  const [left, right] = [documentOf(before), documentOf(after)]
  if ((left !== null && right !== null) || (left ?? right ?? '').includes('\n')) {
    const known = (side: Side, text: string | null): boolean => text !== null || side.kind === 'absent'
    if (known(before, left) && known(after, right)) return <Diff before={left ?? ''} after={right ?? ''} label={`${plain(path)}: before and after`} />
  }
  if (before.kind === 'sensitive' && after.kind === 'sensitive') return <em>sensitive: it changes, and neither value is shown</em>
  if (after.kind === 'absent') return <span class="before"><SideText of={before} /></span>
  if (before.kind === 'absent') return <span class="after"><SideText of={after} /></span>
  return (
    <>
      <span class="before"><span class="hidden-text">before: </span><SideText of={before} /></span>
      <span class="to" aria-hidden="true">→</span>
      <span class="after"><span class="hidden-text"> after: </span><SideText of={after} /></span>
    </>
  )
}

function SideText({ of }: { of: Side }) {
  switch (of.kind) {
    case 'sensitive':
      return <em>sensitive, not shown{of.why === '' || of.why === 'sensitive' ? '' : <> (<Text of={of.why} />)</>}</em>
    case 'unknown':
      return <em>known after the apply</em>
    case 'absent':
      return <em>not set</em>
    case 'value':
      return <code><Text of={short(of.value)} lines /></code>
  }
}

/** A number beyond a double's precision is carried as its lexeme. */
function lexeme(value: Json): string | null {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return null
  const number = value['$number']
  return typeof number === 'string' && Object.keys(value).length === 1 ? number : null
}

function short(value: Json): string {
  if (typeof value === 'string') return value === '' ? '""' : value
  return lexeme(value) ?? JSON.stringify(value)
}

/** The text to compare line by line, for a document; null for what fits a line. */
function documentOf(side: Side): string | null {
  if (side.kind !== 'value') return null
  const { value } = side
  if (typeof value !== 'string') return typeof value === 'object' && value !== null && lexeme(value) === null && JSON.stringify(value).length > 60 ? JSON.stringify(value, null, 2) : null
  if (/^\s*[[{]/u.test(value)) {
    try {
      return JSON.stringify(JSON.parse(value), null, 2)
    } catch {
      // not JSON after all: it is shown as it is
    }
  }
  return value.includes('\n') ? value : null
}
