/** One workspace: its frame, and what stands in its way; each of its pages below. */
import type { ComponentChildren } from 'preact'
import { call } from '../../api/call.ts'
import type { StateRequestView, StateWaitingView, WorkspaceView } from '../../api/state-views.ts'
import { useLive } from '../../api/use-live.ts'
import type { SessionView } from '../../api/views.ts'
import { Link } from '../../parts/link.tsx'
import { ProblemNotice } from '../../parts/notice.tsx'
import { Loading, PageFrame } from '../../parts/page.tsx'
import { plain, Text } from '../../parts/text.tsx'
import type { WorkspacePart } from '../../router.ts'
import { askedLast } from './ask.ts'
import { Diff } from './diff.tsx'
import { Mark, WorkspaceNav } from './parts.tsx'
import { QuarantineOf } from './quarantine.tsx'
import { Reads } from './reads.tsx'
import { Secrets } from './secrets.tsx'
import { Standing } from './standing.tsx'
import { StateOf } from './state.tsx'
import { marksOf } from './words.ts'

export type Seen = { workspace: WorkspaceView; open: StateRequestView[]; last: StateRequestView | null }

export const workspaceApi = (name: string): string => `/api/v1/state/workspaces/${encodeURIComponent(name)}`

async function load(name: string, signal: AbortSignal): Promise<Seen> {
  const id = askedLast(name)
  const [workspace, waiting, last] = await Promise.all([
    call<WorkspaceView>('GET', workspaceApi(name), undefined, signal),
    call<StateWaitingView>('GET', '/api/v1/state/waiting', undefined, signal),
    // What was asked here is an extra: the page stands without it.
    id === null ? null : call<StateRequestView>('GET', `/api/v1/state/requests/${id}`, undefined, signal).catch(() => null),
  ])
  return { workspace, open: waiting.requests.filter((one) => one.workspace === name), last }
}

type PageProps = { workspace: string; session: SessionView }

export function WorkspacePage({ workspace, session, part }: PageProps & { part: WorkspacePart }) {
  return (
    <Frame workspace={workspace} session={session} part={part}>
      {(seen, again) => (
        <>
          {part === 'state' && <StateOf seen={seen} session={session} again={again} />}
          {part === 'reads' && <Reads name={workspace} />}
          {part === 'secrets' && <Secrets workspace={seen.workspace} />}
          {part === 'quarantine' && <section class="section" aria-labelledby="quarantine-title"><h2 id="quarantine-title">What was set aside</h2><QuarantineOf workspace={seen.workspace} session={session} /></section>}
        </>
      )}
    </Frame>
  )
}

export function DiffPage({ workspace, session, from, to }: PageProps & { from: number; to: number }) {
  return <Frame workspace={workspace} session={session} part={null}>{() => <Diff name={workspace} from={from} to={to} />}</Frame>
}

type FrameProps = PageProps & { part: WorkspacePart | null; children: (seen: Seen, again: () => void) => ComponentChildren }

function Frame({ workspace: name, session, part, children }: FrameProps) {
  const [seen, again] = useLive((signal) => load(name, signal), name)
  if (seen.state === 'loading') return <main id="main" class="page"><Loading what="the state" /></main>
  if (seen.state === 'failed') {
    return (
      <PageFrame title="This state cannot be shown">
        <ProblemNotice problem={seen.problem} again={again} />
        <p class="foot-note"><Link to="/workspaces">All states</Link></p>
      </PageFrame>
    )
  }
  const { workspace } = seen.value
  const marks = marksOf(workspace)
  return (
    <PageFrame
      title={plain(name)} heading={<Text of={name} />} lead={<>State in the environment <Text of={workspace.environment} />.</>}
      aside={marks.length > 0 && <p class="marks">{marks.map((mark) => <Mark key={mark.word} of={mark} />)}</p>}
    >
      <Standing seen={seen.value} session={session} part={part} />
      <WorkspaceNav name={name} now={part} secrets={workspace.secrets} quarantined={workspace.quarantined} />
      {children(seen.value, again)}
    </PageFrame>
  )
}
