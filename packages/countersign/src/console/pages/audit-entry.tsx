/** One leaf of the audit log: its type in words, when, about what. Its details may have been erased; the leaf stays. */
import type { LedgerEntryView } from '../api/views.ts'
import { Text } from '../parts/text.tsx'
import { When } from '../parts/time.tsx'

const words: Record<string, string> = {
  'run.created': 'A run asked to be applied',
  'run.apply-started': 'An apply started',
  'run.outcome': 'The outcome of an apply was reported',
  'run.cancelled': 'A run was cancelled',
  'gate.decided': 'The policy decided',
  'gate.countersigned': 'A person countersigned',
  'gate.denied': 'A person denied',
  'gate.granted': 'A grant was given',
  'gate.expired': 'A request expired',
  'session.opened': 'A browser signed in',
  'session.closed': 'A browser signed out',
  'terminal.allowed': 'A terminal was signed in',
  'terminal.denied': 'A terminal was refused',
  'authenticator.registered': 'A key was registered',
  'authenticator.revoked': 'A key was removed',
  'policy.changed': 'The policy changed',
}

type Leaf = { type: string; time: string; ids: Record<string, unknown> }

function leafOf(text: string): Leaf | null {
  try {
    const leaf = JSON.parse(text) as Partial<Leaf>
    return typeof leaf.type === 'string' && typeof leaf.time === 'string' && typeof leaf.ids === 'object' ? { type: leaf.type, time: leaf.time, ids: leaf.ids } : null
  } catch {
    return null
  }
}

function detailsOf(details: LedgerEntryView['details']): string | null {
  if (details === null) return null
  try {
    return JSON.stringify(JSON.parse(details), null, 2)
  } catch {
    return details
  }
}

export function AuditEntry({ entry }: { entry: LedgerEntryView }) {
  const leaf = leafOf(entry.leaf)
  const details = detailsOf(entry.details)
  return (
    <details class="change entry">
      <summary>
        <span class="entry-index">{entry.index}</span>
        <span class="row-main">
          <span>{leaf === null ? 'An entry that this page cannot read' : Object.hasOwn(words, leaf.type) ? words[leaf.type] : <Text of={leaf.type} />}</span>
          {leaf !== null && <span class="row-sub row-line"><When at={leaf.time} /></span>}
        </span>
      </summary>
      <div class="change-body">
        {leaf !== null && (
          <dl class="facts tight-stack">
            <dt>Type</dt><dd><code><Text of={leaf.type} /></code></dd>
            {Object.entries(leaf.ids).map(([name, id]) => [<dt key={name}><Text of={name} /></dt>, <dd key={`${name}:`}><code><Text of={String(id)} /></code></dd>])}
          </dl>
        )}
        {details === null ? <p class="was">Its details were erased; the entry itself stays and is still proven.</p> : <pre class="text-block" tabIndex={0}><Text of={details} lines /></pre>}
      </div>
    </details>
  )
}
