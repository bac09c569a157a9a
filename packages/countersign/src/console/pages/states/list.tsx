/** Every state that is kept here: who changed it last, who holds it, and what stands in its way. */
import { useState } from 'preact/hooks'
import { call } from '../../api/call.ts'
import type { WorkspaceView } from '../../api/state-views.ts'
import { useLive } from '../../api/use-live.ts'
import { enforcementWords } from '../../ceremony/words.ts'
import { Command } from '../../parts/button.tsx'
import { Field } from '../../parts/field.tsx'
import { Link } from '../../parts/link.tsx'
import { ProblemNotice } from '../../parts/notice.tsx'
import { Loading, PageFrame } from '../../parts/page.tsx'
import { counted, sizeWords } from '../../parts/size.ts'
import { Text } from '../../parts/text.tsx'
import { Ago, For } from '../../parts/time.tsx'
import { workspacePath } from '../../router.ts'
import { Mark, StatesNav, Who } from './parts.tsx'
import { changeVerbs, marksOf } from './words.ts'

export const loadWorkspaces = (signal: AbortSignal): Promise<WorkspaceView[]> =>
  call<{ workspaces: WorkspaceView[] }>('GET', '/api/v1/state/workspaces', undefined, signal).then(({ workspaces }) => workspaces)

export function StatesPage() {
  const [states, again] = useLive(loadWorkspaces, 'workspaces')
  return (
    <PageFrame title="States" lead="What Terraform knows of each workspace, kept here sealed. Whoever wants to read or write it is asked for a touch.">
      <StatesNav now="workspaces" />
      {states.state === 'loading' && <Loading what="the states" />}
      {states.state === 'failed' && <ProblemNotice problem={states.problem} again={again} />}
      {states.state === 'ready' && (states.value.length === 0 ? <Begin /> : <List all={states.value} />)}
    </PageFrame>
  )
}

function Begin() {
  return (
    <div class="empty begin">
      <p><b>No state is kept here yet.</b></p>
      <p class="small">In a directory with Terraform files, this writes the backend block and asks for a credential:</p>
      <Command of="countersign state init --workspace PROJECT/NAME" />
      <p class="small">Then <code>terraform init</code> moves the state in. States that lie elsewhere come with <code>countersign state import</code>.</p>
    </div>
  )
}

const filters = [
  ['all', 'All', () => true],
  ['stuck', 'Frozen', (one: WorkspaceView) => one.frozen !== null || one.quarantined > 0],
  ['locked', 'Locked', (one: WorkspaceView) => one.lock !== null],
  ['secrets', 'With secrets', (one: WorkspaceView) => (one.secrets ?? 0) > 0],
] as const

const SHOWN = 100

function List({ all }: { all: WorkspaceView[] }) {
  const [text, setText] = useState('')
  const [filter, setFilter] = useState<(typeof filters)[number][0]>('all')
  const [shown, setShown] = useState(SHOWN)
  const fits = filters.find(([name]) => name === filter)?.[2] ?? (() => true)
  const wanted = text.trim().normalize('NFC').toLowerCase()
  const found = all.filter((one) => fits(one) && `${one.name} ${one.environment}`.toLowerCase().includes(wanted))
  return (
    <>
      <div class="finder">
        <Field label="Find" value={text} onValue={setText} placeholder="project, name or environment" />
        <div class="filters" role="group" aria-label="Show">
          {filters.map(([name, word, test]) => {
            const count = all.filter(test).length
            return <button key={name} type="button" class="filter" aria-pressed={filter === name} onClick={() => setFilter(name)}>{word} <span class="filter-count">{count}</span></button>
          })}
        </div>
      </div>
      <p class="hidden-text" role="status">{counted(found.length, 'workspace')} shown</p>
      {found.length === 0 ? <p class="empty">No workspace fits. {all.length === 1 ? 'There is one here.' : `There are ${all.length} here.`}</p>
        : <ul class="list">{found.slice(0, shown).map((one) => <li key={one.name}><Row one={one} /></li>)}</ul>}
      {found.length > shown && <div class="actions"><button type="button" class="button plain" onClick={() => setShown(shown + SHOWN)}>Show more of {found.length.toLocaleString('en')}</button></div>}
    </>
  )
}

function Row({ one }: { one: WorkspaceView }) {
  const marks = marksOf(one)
  return (
    <Link to={workspacePath(one.name)} class="row-link state-row">
      <span class="row-main">
        <span class="row-title"><Text of={one.name} /></span>
        <span class="row-sub row-line"><Text of={one.environment} /> · {enforcementWords[one.enforcement.level].word.toLowerCase()}{one.version > 0 && <> · version {one.version} · {sizeWords(one.size)}</>}</span>
        {one.lastChange !== null && <span class="row-sub row-line">{one.lastChange.deletedAt === null ? <>{changeVerbs[one.lastChange.origin]} by <Who of={one.lastChange.person} />, <Ago at={one.lastChange.at} /></> : <>Deleted <Ago at={one.lastChange.deletedAt} /></>}</span>}
        {one.lock !== null && <span class="row-sub row-line">Held by <Who of={one.lock.person} /> <For since={one.lock.since} />{one.lock.who !== '' && <>, who says "<Text of={one.lock.who} />"</>}</span>}
      </span>
      {marks.length > 0 && <span class="row-end marks">{marks.map((mark) => <Mark key={mark.word} of={mark} />)}</span>}
    </Link>
  )
}
