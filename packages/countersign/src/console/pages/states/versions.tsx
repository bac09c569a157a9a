/** The versions of a state, newest first, each with its facts and what can be done with it; two of them compared. */
import { useId, useState } from 'preact/hooks'
import { call } from '../../api/call.ts'
import type { VersionView, WorkspaceView } from '../../api/state-views.ts'
import { usePages } from '../../api/use-pages.ts'
import { Button } from '../../parts/button.tsx'
import { ProblemNotice } from '../../parts/notice.tsx'
import { Loading } from '../../parts/page.tsx'
import { navigate, workspacePath } from '../../router.ts'
import { Version } from './version.tsx'

const PAGE = 25

function load(name: string, before: number | null, signal?: AbortSignal): Promise<VersionView[]> {
  const from = before === null ? '' : `&before=${before}`
  return call<{ versions: VersionView[] }>('GET', `/api/v1/state/workspaces/${encodeURIComponent(name)}/versions?limit=${PAGE}${from}`, undefined, signal).then(({ versions }) => versions)
}

export function Versions({ workspace, may }: { workspace: WorkspaceView; may: boolean }) {
  const { name } = workspace
  // What was set aside and what is current changes with the workspace: then the list is asked for again at once.
  const { newest, again, all, older } = usePages({ load: (before, signal) => load(name, before, signal), key: `${name} ${workspace.version} ${workspace.quarantined}`, size: PAGE, numberOf: ({ version }) => version })
  return (
    <section class="section" aria-labelledby="versions-title">
      <h2 id="versions-title">Versions</h2>
      {newest.state === 'loading' && <Loading what="the versions" />}
      {newest.state === 'failed' && <ProblemNotice problem={newest.problem} again={again} />}
      {newest.state === 'ready' && (
        <>
          {all.length === 0 && <p class="empty">Nothing was written yet.</p>}
          {all.length > 0 && <ol class="list entries" reversed>{all.map((one) => <li key={one.version}><Version one={one} workspace={workspace} may={may} before={all.find(({ version, status }) => version < one.version && status === 'kept')?.version ?? null} /></li>)}</ol>}
          {older.there && <div class="actions"><Button look="plain" busy={older.busy} onPress={older.next}>Older versions</Button></div>}
          {older.problem !== null && <ProblemNotice problem={older.problem} />}
          <Compare name={name} all={all.filter(({ status }) => status !== 'destroyed').map(({ version }) => version)} />
        </>
      )}
    </section>
  )
}

function Compare({ name, all }: { name: string; all: number[] }) {
  const [from, setFrom] = useState(all[1] ?? 0)
  const [to, setTo] = useState(all[0] ?? 0)
  if (all.length < 2) return null
  return (
    <form class="compare" onSubmit={(event) => { event.preventDefault(); navigate(`${workspacePath(name)}/diff/${from}/${to}`) }}>
      <Choice label="Compare version" all={all} value={from} onValue={setFrom} />
      <Choice label="with version" all={all} value={to} onValue={setTo} />
      <Button submit look="plain">Compare</Button>
    </form>
  )
}

function Choice({ label, all, value, onValue }: { label: string; all: number[]; value: number; onValue: (value: number) => void }) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} class="input" value={value} onChange={(event) => onValue(Number(event.currentTarget.value))}>{all.map((one) => <option key={one} value={one}>{one}</option>)}</select>
    </div>
  )
}
