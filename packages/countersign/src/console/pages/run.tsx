/** One run: what was asked, who agreed, what was reported, and how anybody can check it without this server. */
import { parseSubject } from '@countersign/proof'
import type { RunSubject } from '@countersign/proof'
import { useEffect } from 'preact/hooks'
import { call, fetchBytes } from '../api/call.ts'
import { useResource } from '../api/use-resource.ts'
import type { Resource } from '../api/use-resource.ts'
import type { RunView } from '../api/views.ts'
import { sha256 } from '../ceremony/inspect.ts'
import { readPlan } from '../ceremony/read-plan.ts'
import type { PlanReading } from '../ceremony/read-plan.ts'
import { Bound, RunChanges, RunCounts, RunTags } from '../ceremony/statement-run.tsx'
import { Code } from '../parts/code.tsx'
import { Link } from '../parts/link.tsx'
import { Notice, ProblemNotice } from '../parts/notice.tsx'
import { Loading, PageFrame } from '../parts/page.tsx'
import { Text } from '../parts/text.tsx'
import { When } from '../parts/time.tsx'
import { attentive } from '../session/attention.ts'
import { Evidence } from './run-evidence.tsx'
import { RunTimeline } from './run-timeline.tsx'
import { RunState } from './run-row.tsx'
import { runWords } from './run-words.ts'

export function RunPage({ id }: { id: string }) {
  const path = `/api/v1/runs/${id}`
  const [run, again, replace] = useResource((signal) => call<RunView>('GET', path, undefined, signal), path)
  const version = run.state === 'ready' && !runWords[run.value.status].over ? run.value.version : null

  // The server holds the question until something changes; it is only asked while somebody looks.
  useEffect(() => {
    if (version === null) return undefined
    const abort = new AbortController()
    const follow = async (): Promise<void> => {
      while (!abort.signal.aborted) {
        if (attentive()) {
          const next: RunView = await call<RunView>('GET', `${path}?wait=25&since=${version}`, undefined, abort.signal)
          if (next.version !== version) return replace(next)
        }
        await new Promise((resolve) => setTimeout(resolve, 2_000))
      }
    }
    follow().catch(() => undefined)
    return () => abort.abort()
  }, [path, version])

  if (run.state === 'loading') return <main id="main" class="page"><Loading what="the run" /></main>
  if (run.state === 'failed') return <PageFrame title="This run cannot be shown"><ProblemNotice problem={run.problem} again={again} /></PageFrame>
  return <Loaded run={run.value} />
}

/** The plan, and whether its bytes are those in the statement: a history that shows another plan would be worse than none. */
async function loadPlan(run: RunView, subject: RunSubject, signal: AbortSignal): Promise<PlanReading | 'differs'> {
  const bytes = await fetchBytes(`/api/v1/runs/${run.id}/plan`, signal)
  return (await sha256(bytes)) === subject.plan.json ? readPlan(bytes, subject) : 'differs'
}

function subjectOf(run: RunView): RunSubject | null {
  try {
    const subject = parseSubject(run.subject)
    return subject.kind === 'run' ? subject : null
  } catch {
    return null
  }
}

function Loaded({ run }: { run: RunView }) {
  const subject = subjectOf(run)
  const lead = (
    <>
      {run.scope === 'destroy' ? 'Destroy' : 'Apply'} asked by <Text of={run.requester.name} />, <When at={run.createdAt} />.
    </>
  )
  return (
    <PageFrame title={run.workspace} heading={<Text of={run.workspace} />} lead={lead} aside={<RunState run={run} />}>
      {subject !== null && <><RunCounts subject={subject} /><RunTags subject={subject} /></>}
      {run.status === 'waiting' && (
        <Notice tone="amber" title="It waits for a countersignature."><p>Its code is <Code of={run.code} />. <Link to={`/c/${run.code}`}>Look at it</Link></p></Notice>
      )}
      <RunTimeline run={run} />
      <Evidence run={run} />
      {subject === null ? <Notice tone="red" title="The statement of this run cannot be read."><p>Its evidence can still be downloaded and verified.</p></Notice> : <Plan run={run} subject={subject} />}
    </PageFrame>
  )
}

function Plan({ run, subject }: { run: RunView; subject: RunSubject }) {
  const [plan, again] = useResource((signal) => loadPlan(run, subject, signal), run.id)
  return (
    <>
      <PlanBody plan={plan} subject={subject} again={again} />
      <Bound subject={subject} digest={run.subjectDigest} />
    </>
  )
}

function PlanBody({ plan, subject, again }: { plan: Resource<PlanReading | 'differs'>; subject: RunSubject; again: () => void }) {
  if (plan.state === 'loading') return <Loading what="the plan" />
  if (plan.state === 'failed') return <ProblemNotice problem={plan.problem} again={again} />
  if (plan.value === 'differs') return <Notice tone="red" title="The stored plan is not the one in the statement."><p>It is not shown. The evidence tells which plan was countersigned.</p></Notice>
  return <RunChanges reading={plan.value} subject={subject} asking={false} />
}
