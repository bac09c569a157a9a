/** All runs, newest first, a page at a time. */
import { useState } from 'preact/hooks'
import { call } from '../api/call.ts'
import { asProblem } from '../api/problem.ts'
import type { Problem } from '../api/problem.ts'
import { useResource } from '../api/use-resource.ts'
import type { RunView } from '../api/views.ts'
import { Button } from '../parts/button.tsx'
import { ProblemNotice } from '../parts/notice.tsx'
import { Loading, PageFrame } from '../parts/page.tsx'
import { RunRow } from './run-row.tsx'

const PAGE = 50

function load(before: string | null, signal?: AbortSignal): Promise<RunView[]> {
  const from = before === null ? '' : `&before=${encodeURIComponent(before)}`
  return call<{ runs: RunView[] }>('GET', `/api/v1/runs?limit=${PAGE}${from}`, undefined, signal).then(({ runs }) => runs)
}

export function RunsPage() {
  const [runs, again, replace] = useResource((signal) => load(null, signal), 'runs')
  const [busy, setBusy] = useState(false)
  const [more, setMore] = useState(true)
  const [problem, setProblem] = useState<Problem | null>(null)
  const older = (known: RunView[]): void => {
    setBusy(true)
    load(known.at(-1)?.createdAt ?? null)
      .then((next) => {
        replace([...known, ...next.filter((run) => !known.some((one) => one.id === run.id))])
        setMore(next.length === PAGE)
      }, (error: unknown) => setProblem(asProblem(error)))
      .finally(() => setBusy(false))
  }
  return (
    <PageFrame title="Runs" lead="Every plan that asked to be applied, and what became of it.">
      {runs.state === 'loading' && <Loading what="runs" />}
      {runs.state === 'failed' && <ProblemNotice problem={runs.problem} again={again} />}
      {runs.state === 'ready' && runs.value.length === 0 && <div class="empty"><p>Nothing has run yet.</p><p class="small">In a directory with Terraform files: <code>countersign apply</code></p></div>}
      {runs.state === 'ready' && runs.value.length > 0 && (
        <>
          <ul class="list">{runs.value.map((run) => <li key={run.id}><RunRow run={run} /></li>)}</ul>
          {more && runs.value.length >= PAGE && <div class="actions"><Button look="plain" busy={busy} onPress={() => older(runs.value)}>Older runs</Button></div>}
          {problem !== null && <ProblemNotice problem={problem} />}
        </>
      )}
    </PageFrame>
  )
}
