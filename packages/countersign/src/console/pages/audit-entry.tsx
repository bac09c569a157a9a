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
  'state.credential-issued': 'A state credential was given',
  'state.credential-revoked': 'A state credential was ended',
  'state.locked': 'A state was locked',
  'state.unlocked': 'A state was unlocked',
  'state.lock-ended': 'The lock of a state ran out',
  'state.force-unlocked': 'The lock of a state was ended by somebody else',
  'state.head.write': 'A write became the current version of a state',
  'state.head.import': 'An import became the current version of a state',
  'state.head.rollback': 'An earlier version of a state became current again',
  'state.head.accepted': 'A write that was set aside became current',
  'state.head.restored': 'What was deleted became current again',
  'state.head.none': 'A state has no current version any more',
  'state.read': 'A state was read',
  'state.imported': 'A state was imported',
  'state.rolled-back': 'A state was rolled back',
  'state.deleted': 'A state, or a version of it, was deleted',
  'state.restored': 'What was deleted of a state was restored',
  'state.quarantined': 'A write was set aside',
  'state.accepted': 'A write that was set aside was accepted',
  'state.discarded': 'A write that was set aside was discarded',
  'state.frozen': 'A workspace was frozen',
  'state.thawed': 'A workspace was opened again',
  'state.reconciled': 'What a run changed was compared with what was countersigned',
  'state.effect-accepted': 'What a run changed was accepted as it is',
  'state.refused': 'Something about a state was refused',
  'state.retired': 'A version of a state was retired',
  'state.destroyed': 'The key of a version was destroyed',
  'state.tampered': 'A state was found changed outside of this server',
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
