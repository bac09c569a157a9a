/** The audit log: its checkpoint, whether it still begins with what this browser saw before, and its latest entries. */
import { useState } from 'preact/hooks'
import { call } from '../api/call.ts'
import { asProblem } from '../api/problem.ts'
import type { Problem } from '../api/problem.ts'
import { useResource } from '../api/use-resource.ts'
import type { CheckpointView, LedgerEntryView } from '../api/views.ts'
import { Button, Command } from '../parts/button.tsx'
import { Digest } from '../parts/code.tsx'
import { ProblemNotice } from '../parts/notice.tsx'
import { Loading, PageFrame } from '../parts/page.tsx'
import { AuditEntry } from './audit-entry.tsx'
import { CompareCheckpoint } from './compare-checkpoint.tsx'

const PAGE = 50

type Loaded = { checkpoint: CheckpointView; entries: LedgerEntryView[] }

async function entriesBefore(end: number, signal?: AbortSignal): Promise<LedgerEntryView[]> {
  const from = Math.max(0, end - PAGE)
  if (end === 0) return []
  const { entries } = await call<{ entries: LedgerEntryView[] }>('GET', `/api/v1/ledger/entries?from=${from}&limit=${end - from}`, undefined, signal)
  return entries.toReversed()
}

async function load(signal: AbortSignal): Promise<Loaded> {
  const checkpoint = await call<CheckpointView>('GET', '/api/v1/ledger/checkpoint', undefined, signal)
  return { checkpoint, entries: await entriesBefore(checkpoint.size, signal) }
}

export function AuditPage() {
  const [audit, again, replace] = useResource(load, 'audit')
  return (
    <PageFrame title="Audit log" lead="Every decision and every effect, in one log that can only grow. Entries are hashed into a tree; the checkpoint commits to all of them.">
      {audit.state === 'loading' && <Loading what="the audit log" />}
      {audit.state === 'failed' && <ProblemNotice problem={audit.problem} again={again} />}
      {audit.state === 'ready' && <Log audit={audit.value} onAudit={replace} />}
    </PageFrame>
  )
}

function Log({ audit, onAudit }: { audit: Loaded; onAudit: (audit: Loaded) => void }) {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const oldest = audit.entries.at(-1)?.index ?? 0
  const older = (): void => {
    setBusy(true)
    entriesBefore(oldest)
      .then((more) => onAudit({ ...audit, entries: [...audit.entries, ...more] }), (error: unknown) => setProblem(asProblem(error)))
      .finally(() => setBusy(false))
  }
  return (
    <>
      <section class="card" aria-labelledby="checkpoint-title">
        <h2 id="checkpoint-title">{audit.checkpoint.size.toLocaleString('en')} entries</h2>
        <dl class="facts tight-stack checkpoint">
          <dt>Root</dt><dd><Digest of={audit.checkpoint.root} /></dd>
        </dl>
        <CompareCheckpoint now={audit.checkpoint} />
        <details class="more"><summary>The signed checkpoint</summary><pre class="text-block" tabIndex={0}>{audit.checkpoint.checkpoint}</pre></details>
        <p class="quiet small">On the server's own computer, this checks every entry:</p>
        <Command of="countersign audit verify" />
      </section>
      <section class="section" aria-labelledby="entries-title">
        <h2 id="entries-title">Latest entries</h2>
        <ol class="list entries" reversed>{audit.entries.map((entry) => <li key={entry.index}><AuditEntry entry={entry} /></li>)}</ol>
        {oldest > 0 && <div class="actions"><Button look="plain" busy={busy} onPress={older}>Older entries</Button></div>}
        {problem !== null && <ProblemNotice problem={problem} />}
      </section>
    </>
  )
}
