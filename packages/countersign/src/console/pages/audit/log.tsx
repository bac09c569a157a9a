/** The audit log: searched by what entries say, each with its proof checked here, in this browser. */
import { useResource } from '../../api/use-resource.ts'
import { ProblemNotice } from '../../parts/notice.tsx'
import { Loading, PageFrame } from '../../parts/page.tsx'
import { useQuery } from '../../router.ts'
import { EntryPage } from './entry.tsx'
import { SearchForm } from './form.tsx'
import { search as ask } from './load.ts'
import { addressOf, entryIn, searchIn, type Search } from './query.ts'
import { Alarms, List } from './results.tsx'

export function AuditPage() {
  const query = useQuery()
  const search = searchIn(query)
  const entry = entryIn(query)
  return entry === null ? <SearchPage search={search} /> : <EntryPage key={entry} index={entry} search={search} />
}

/** What fails stands before everything else; the form stays where it is while another answer comes, so that nobody loses their place in it. */
function SearchPage({ search }: { search: Search }) {
  const address = addressOf(search)
  const [found, again, replace] = useResource(async (signal) => ({ address, found: await ask(search, signal) }), address)
  const current = found.state === 'ready' && found.value.address === address ? found.value.found : null
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
