/** What is current in a workspace, the state itself without its secrets, and all its versions. */
import type { WorkspaceView } from '../../api/state-views.ts'
import type { SessionView } from '../../api/views.ts'
import { enforcementWords } from '../../ceremony/words.ts'
import { Button } from '../../parts/button.tsx'
import { Digest } from '../../parts/code.tsx'
import { Link } from '../../parts/link.tsx'
import { ProblemNotice } from '../../parts/notice.tsx'
import { counted, sizeWords } from '../../parts/size.ts'
import { Text } from '../../parts/text.tsx'
import { Ago } from '../../parts/time.tsx'
import { workspacePath } from '../../router.ts'
import { mayChange, useStateAsk } from './ask.ts'
import { Body } from './body.tsx'
import { Who } from './parts.tsx'
import { Versions } from './versions.tsx'
import { changeVerbs } from './words.ts'
import type { Seen } from './workspace.tsx'

export function StateOf({ seen, session, again }: { seen: Seen; session: SessionView; again: () => void }) {
  const { workspace } = seen
  const may = mayChange(session, workspace.name)
  return (
    <>
      {workspace.version === 0 ? <Nothing workspace={workspace} may={may} /> : <Current workspace={workspace} />}
      {workspace.version > 0 && !workspace.opaque && <Body workspace={workspace} open={seen.open} onRead={again} />}
      <Versions workspace={workspace} may={may} />
      {may && workspace.version > 0 && <DeleteAll name={workspace.name} />}
    </>
  )
}

function Current({ workspace }: { workspace: WorkspaceView }) {
  const { lastChange, enforcement } = workspace
  return (
    <section class="section" aria-labelledby="current-title">
      <h2 id="current-title">Version {workspace.version} is current</h2>
      <dl class="facts tight-stack">
        {lastChange !== null && lastChange.version === workspace.version && <><dt>{changeVerbs[lastChange.origin]}</dt><dd>by <Who of={lastChange.person} />, <Ago at={lastChange.at} /></dd></>}
        <dt>Size</dt><dd>{sizeWords(workspace.size)}{workspace.opaque ? <span class="sub">encrypted by its client: nothing of it is known here</span> : <>, {counted(workspace.resources, 'resource')}</>}</dd>
        {workspace.secrets === null && <><dt>Secrets</dt><dd>Still being looked for</dd></>}
        {workspace.secrets !== null && workspace.secrets > 0 && <><dt>Secrets</dt><dd><Link to={`${workspacePath(workspace.name)}/secrets`}>{counted(workspace.secrets, 'secret')} found</Link><span class="sub">with what to use instead</span></dd></>}
        <dt>Serial</dt><dd>{workspace.serial}<span class="sub">lineage <code><Text of={workspace.lineage} /></code></span></dd>
        <dt>Digest</dt><dd><Digest of={workspace.digest} /></dd>
        <dt>Enforcement</dt><dd>{enforcementWords[enforcement.level].word}<span class="sub">{enforcementWords[enforcement.level].says}</span></dd>
      </dl>
    </section>
  )
}

function Nothing({ workspace, may }: { workspace: WorkspaceView; may: boolean }) {
  const { busy, problem, ask } = useStateAsk()
  return (
    <div class="empty section">
      <p><b>There is no state now.</b></p>
      <p class="small">{workspace.lastChange === null ? 'Nothing was written yet.' : <>It was deleted{workspace.lastChange.deletedAt !== null && <> <Ago at={workspace.lastChange.deletedAt} /></>}. Until its key is destroyed it can be brought back.</>}</p>
      {may && workspace.lastChange !== null && <div class="actions centred"><Button icon="back" busy={busy} onPress={() => ask({ action: 'state.restore', workspace: workspace.name, whole: true })}>Bring it back</Button></div>}
      {problem !== null && <ProblemNotice problem={problem} />}
    </div>
  )
}

function DeleteAll({ name }: { name: string }) {
  const { busy, problem, ask } = useStateAsk()
  return (
    <details class="more section">
      <summary>Delete the whole state</summary>
      <p class="quiet">To Terraform, nothing of this workspace exists any more then; what runs in the cloud goes on. It can be brought back for the time that the server keeps what was deleted.</p>
      <div class="actions"><Button look="plain" icon="cross" busy={busy} onPress={() => ask({ action: 'state.delete', workspace: name, whole: true })}>Go on: it is countersigned</Button></div>
      {problem !== null && <ProblemNotice problem={problem} />}
    </details>
  )
}
