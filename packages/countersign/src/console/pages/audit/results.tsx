/** What was found, newest first; more when asked for; and a button that says how many came since, so that nothing moves under a reader's eyes. */
import { useEffect, useState } from 'preact/hooks'
import { asProblem } from '../../api/problem.ts'
import type { Problem } from '../../api/problem.ts'
import { Button } from '../../parts/button.tsx'
import { Notice, ProblemNotice } from '../../parts/notice.tsx'
import { Link } from '../../parts/link.tsx'
import { counted } from '../../parts/size.ts'
import { When } from '../../parts/time.tsx'
import { attentive } from '../../session/attention.ts'
import { countNewer, isSound, searchOn, type Found } from './load.ts'
import { addressOf, isEmpty, type Search } from './query.ts'
import { EntryRow } from './row.tsx'
import { StandingAlarm, StandingCard } from './standing.tsx'

const ASK_EVERY_MS = 5_000

/** What fails, about the log as a whole and about entries of it. */
export function Alarms({ found: { standing, checked, lacking }, search, again }: { found: Found; search: Search; again: () => void }) {
  const broken = checked.filter((one) => one.broken.length > 0)
  if (isSound(standing) && broken.length === 0 && lacking === 0) return null
  return (
    <div class="alarms">
      <StandingAlarm standing={standing} again={again} />
      {broken.length > 0 && <BrokenNotice places={broken.map(({ entry }) => entry.index)} search={search} />}
      {lacking > 0 && (
        <Notice tone="red" alert title={`${counted(lacking, 'entry is', 'entries are')} missing in the index that was searched.`}>
          <p>They stand in the log, and no search finds them: somebody took them out of the database, or an older server wrote beside this one. On the server's own computer <code>countersign audit verify</code> names them; a restart puts them back.</p>
        </Notice>
      )}
    </div>
  )
}

type ListProps = { search: Search; found: Found; again: () => void; onMore: (found: Found) => void }

export function List({ search, found, again, onMore }: ListProps) {
  const { standing, checked, people, next } = found
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const older = (): void => {
    setBusy(true)
    searchOn(search, found).then(onMore, (error: unknown) => setProblem(asProblem(error))).finally(() => setBusy(false))
  }
  const oldest = checked.at(-1)
  return (
    <>
      <StandingCard standing={standing} />
      <section class="section" aria-labelledby="entries-title">
        <div class="section-head"><h2 id="entries-title" tabIndex={-1}>{isEmpty(search) ? 'Latest entries' : 'Entries that match'}</h2></div>
        <Newer search={search} after={standing.head.size - 1} again={again} />
        {checked.length === 0 && next === null && <Empty search={search} />}
        {checked.length > 0 && <ol class="list" reversed>{checked.map((one) => <li key={one.entry.index}><EntryRow checked={one} people={people} to={addressOf(search, one.entry.index)} sound={isSound(standing)} /></li>)}</ol>}
        <p class="quiet small shown" role="status">
          {checked.length > 0 && `${counted(checked.length, 'entry', 'entries')} shown. `}
          {next === null ? checked.length > 0 && 'There are no older ones.' : oldest?.said != null && checked.length % 50 === 0 ? <>The oldest is of <When at={new Date(oldest.said.at).toISOString()} />.</> : <>Looked back to entry {next.toLocaleString('en')}; older ones may match.</>}
        </p>
        {next !== null && <div class="actions"><Button look="plain" busy={busy} icon="down" onPress={older}>{checked.length === 0 ? 'Look further back' : 'Older entries'}</Button></div>}
        {problem !== null && <ProblemNotice problem={problem} />}
      </section>
    </>
  )
}

function Empty({ search }: { search: Search }) {
  if (isEmpty(search)) return <div class="empty"><p>Nothing here is yours to see yet.</p><p class="small">You find what you did yourself, and what happens in workspaces that you hold a role over.</p></div>
  return <div class="empty"><p>No entry matches.</p><p class="small">You find what you did yourself, and what happened where you hold a role. <Link to="/audit">Look at all of it</Link></p></div>
}

function BrokenNotice({ places, search }: { places: readonly number[]; search: Search }) {
  return (
    <Notice tone="red" alert title={places.length === 1 ? 'One entry is not what was written to the log.' : `${places.length} entries are not what was written to the log.`}>
      <p>What is shown was changed in the database, or by this server. Do not act on it. Look closely, keep what you see, and tell whoever runs this server: <code>countersign audit verify</code> on its own computer says what was changed.</p>
      <p>{places.slice(0, 20).map((index, at) => <>{at > 0 && ', '}<Link key={index} to={addressOf(search, index)}>Entry {index}</Link></>)}{places.length > 20 && ', and more'}</p>
    </Notice>
  )
}

/** Asked for while somebody looks. Taking the button up loads the list anew, and brings the reader to its head. */
function Newer({ search, after, again }: { search: Search; after: number; again: () => void }) {
  const [newer, setNewer] = useState({ count: 0, more: false })
  useEffect(() => {
    setNewer({ count: 0, more: false })
    const abort = new AbortController()
    const timer = setInterval(() => {
      if (attentive()) countNewer(search, after, abort.signal).then(setNewer, () => undefined)
    }, ASK_EVERY_MS)
    return () => {
      abort.abort()
      clearInterval(timer)
    }
  }, [after])
  const show = (): void => {
    again()
    document.getElementById('entries-title')?.focus()
  }
  return (
    <div class="newer" aria-live="polite">
      {newer.count > 0 && <button type="button" class="button plain" onClick={show}>{newer.more ? `More than ${newer.count} new entries` : counted(newer.count, 'new entry', 'new entries')}</button>}
    </div>
  )
}
