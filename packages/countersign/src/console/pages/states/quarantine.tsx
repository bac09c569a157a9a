/** What was set aside because it could not be trusted: by whom, why, what it would change; and the decision about it. */
import { call } from '../../api/call.ts'
import type { QuarantineView, VersionView, WorkspaceView } from '../../api/state-views.ts'
import { useLive } from '../../api/use-live.ts'
import { useResource } from '../../api/use-resource.ts'
import type { SessionView } from '../../api/views.ts'
import { Button } from '../../parts/button.tsx'
import { Link } from '../../parts/link.tsx'
import { Notice, ProblemNotice } from '../../parts/notice.tsx'
import { Loading, PageFrame } from '../../parts/page.tsx'
import { counted, sizeWords } from '../../parts/size.ts'
import { Text } from '../../parts/text.tsx'
import { Ago, When } from '../../parts/time.tsx'
import { workspacePath } from '../../router.ts'
import { mayChange, useStateAsk } from './ask.ts'
import { AddressDiff } from './diff.tsx'
import { loadWorkspaces } from './list.tsx'
import { Mark, StatesNav, Who } from './parts.tsx'
import { VersionFacts } from './version.tsx'

/** More workspaces than this in quarantine at once are only named. */
const OPENED = 20

export function QuarantinePage({ session }: { session: SessionView }) {
  const [states, again] = useLive((signal) => loadWorkspaces(signal).then((all) => all.filter(({ quarantined, frozen }) => quarantined > 0 || frozen !== null)), 'quarantine')
  return (
    <PageFrame title="Quarantine" lead="Writes that could not be trusted. They are kept, and never become current unless somebody accepts them.">
      <StatesNav now="quarantine" />
      {states.state === 'loading' && <Loading what="the quarantine" />}
      {states.state === 'failed' && <ProblemNotice problem={states.problem} again={again} />}
      {states.state === 'ready' && states.value.length === 0 && <div class="empty"><p><b>Nothing is in quarantine.</b></p><p class="small">A write whose lock was ended, or that does not follow what is current, would be set aside here.</p></div>}
      {states.state === 'ready' && states.value.map((one, index) => (
        <section key={one.name} class="section" aria-label={one.name}>
          <h2 class="quarantine-name"><Link to={`${workspacePath(one.name)}/quarantine`}><Text of={one.name} /></Link></h2>
          {index < OPENED ? <QuarantineOf workspace={one} session={session} /> : <p class="quiet">{counted(one.quarantined, 'write')} set aside.</p>}
        </section>
      ))}
    </PageFrame>
  )
}

export function QuarantineOf({ workspace, session }: { workspace: WorkspaceView; session: SessionView }) {
  const path = `/api/v1/state/workspaces/${encodeURIComponent(workspace.name)}/quarantine`
  const [found, again] = useResource((signal) => call<QuarantineView>('GET', path, undefined, signal), `${path} ${workspace.version} ${workspace.quarantined} ${workspace.frozen?.at ?? ''}`)
  if (found.state === 'loading') return <Loading what="what was set aside" />
  if (found.state === 'failed') return <ProblemNotice problem={found.problem} again={again} />
  const { frozen, versions } = found.value
  const may = mayChange(session, workspace.name)
  return (
    <div class="quarantine">
      {frozen !== null && (
        <Notice tone="red" title="Frozen: nothing can be written until somebody decides.">
          <p>Since <When at={frozen.at} />, because <Text of={frozen.why} />. Plans and readings go on.</p>
        </Notice>
      )}
      {workspace.lock?.mode === 'write' && versions.length > 0 && <Notice tone="amber" title="Somebody still holds the lock."><p>Nothing can be accepted before it ends.</p></Notice>}
      {frozen === null && versions.length === 0 && <div class="empty"><p><b>Nothing was set aside.</b></p><p class="small">Writes go through as the policy says.</p></div>}
      {frozen !== null && versions.length === 0 && <AsItIs workspace={workspace} may={may} />}
      {versions.map((one) => <SetAside key={one.version} one={one} workspace={workspace} may={may} />)}
    </div>
  )
}

/** What a run did is not what was countersigned: nothing waits, and what is current is in question itself. */
function AsItIs({ workspace, may }: { workspace: WorkspaceView; may: boolean }) {
  const { busy, problem, ask } = useStateAsk()
  return (
    <section class="card" aria-label="What is current">
      <p>Nothing was set aside: version {workspace.version}, which is current, is in question itself. Look at <Link to={workspacePath(workspace.name)}>its versions</Link>: go back to an earlier one, or accept it as it is.</p>
      {may && workspace.version > 0 && <div class="actions"><Button icon="check" busy={busy} onPress={() => ask({ action: 'state.accept', workspace: workspace.name, version: workspace.version })}>Accept version {workspace.version} as it is</Button></div>}
      {problem !== null && <ProblemNotice problem={problem} />}
    </section>
  )
}

function SetAside({ one, workspace, may }: { one: QuarantineView['versions'][number]; workspace: WorkspaceView; may: boolean }) {
  const title = `aside-${one.version}`
  return (
    <section class="card aside" aria-labelledby={title}>
      <div class="aside-head">
        <h3 id={title}>Version {one.version}</h3>
        <Mark of={{ word: 'Set aside', tone: 'red', icon: 'aside' }} />
      </div>
      <p>Written by <b><Who of={one.person} /></b>, <Ago at={one.at} />, {sizeWords(one.size)}; because <Text of={one.why} />.</p>
      <h4>What it would change</h4>
      {one.diff === null ? <p class="quiet">Too many wait here to compare them all: decide about the first ones.</p> : <AddressDiff diff={one.diff} />}
      <details class="more"><summary>All that is known of it</summary><VersionFacts one={one} /></details>
      {may && <Decide one={one} workspace={workspace} />}
    </section>
  )
}

function Decide({ one, workspace }: { one: VersionView; workspace: WorkspaceView }) {
  const { busy, problem, ask } = useStateAsk()
  const wish = { workspace: workspace.name, version: one.version }
  return (
    <>
      <div class="actions">
        <Button look="plain" icon="check" busy={busy} onPress={() => ask({ ...wish, action: 'state.accept' })}>Accept version {one.version}</Button>
        <Button look="plain" icon="cross" busy={busy} onPress={() => ask({ ...wish, action: 'state.discard' })}>Discard it</Button>
      </div>
      <p class="quiet small after-command">Both are countersigned. Accepted, it becomes current; discarded, it can be restored for a while.</p>
      {problem !== null && <ProblemNotice problem={problem} />}
    </>
  )
}
