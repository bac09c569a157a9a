/** The audit log: searched by what entries say, each with its proof checked here, in this browser. */
import { useEffect, useRef } from 'preact/hooks'
import { useResource } from '../../api/use-resource.ts'
import { ProblemNotice } from '../../parts/notice.tsx'
import { Loading, PageFrame } from '../../parts/page.tsx'
import { useQuery } from '../../router.ts'
import { useSession } from '../../session/session.ts'
import { EntryPage } from './entry.tsx'
import { SearchForm } from './form.tsx'
import { search as ask, type Found } from './load.ts'
import { addressOf, entryIn, searchIn, type Search } from './query.ts'
import { Alarms, List } from './results.tsx'

export function AuditPage() {
  const query = useQuery()
  const search = searchIn(query)
  const entry = entryIn(query)
  return entry === null ? <SearchPage search={search} /> : <EntryPage key={entry} index={entry} search={search} />
}

/**
 * What was found last: whoever comes back from an entry finds the list as they left it, pages and place. What came since, the button says.
 * It belongs to one session: whoever signs in next at this window asks anew.
 */
type Left = { session: string; address: string; found: Found; at: number; top: number }
let left: Left | null = null
const KEPT_MS = 5 * 60_000
const keptFor = (session: string, address: string): Left | null => (left !== null && left.session === session && left.address === address && Date.now() - left.at < KEPT_MS ? left : null)

/** What fails stands before everything else; the form stays where it is while another answer comes, so that nobody loses their place in it. */
function SearchPage({ search }: { search: Search }) {
  const address = addressOf(search)
  const signedIn = useSession()
  const session = signedIn.state === 'in' ? signedIn.view.session.id : ''
  const [found, reload, replace] = useResource(async (signal) => keptFor(session, address) ?? { address, found: await ask(search, signal) }, address)
  const again = (): void => {
    left = null
    reload()
  }
  const current = found.state === 'ready' && found.value.address === address ? found.value.found : null
  const shown = useRef({ session, address, found: current })
  shown.current = { session, address, found: current }
  const returned = useRef(false)
  useEffect(() => {
    if (current === null || returned.current) return
    returned.current = true
    const back = keptFor(session, address)
    if (back !== null) scrollTo(0, back.top)
  }, [current])
  useEffect(() => {
    // Where the reader is while the list is what the address says: when it is taken away, the page has become short already.
    let top = scrollY
    const moved = (): void => {
      if (location.pathname === '/audit' && entryIn(location.search) === null) top = scrollY
    }
    addEventListener('scroll', moved, { passive: true })
    return () => {
      removeEventListener('scroll', moved)
      const { found: last, ...of } = shown.current
      left = last === null ? null : { ...of, found: last, at: Date.now(), top }
    }
  }, [])
  return (
    <PageFrame title="Audit log" width="wide" lead="Every decision and every effect, in one log that can only grow. This page checks each entry by itself.">
      {current !== null && <Alarms found={current} search={search} again={again} />}
      <SearchForm search={search} />
      {found.state === 'failed' && <div class="section"><ProblemNotice problem={found.problem} again={again} /></div>}
      {found.state !== 'failed' && current === null && <Loading what="the audit log, and checking it" />}
      {current !== null && <List key={address} search={search} found={current} again={again} onMore={(more) => replace({ address, found: more })} />}
    </PageFrame>
  )
}
