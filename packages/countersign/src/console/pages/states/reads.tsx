/** Who read a state: version, how much of it, why, when, from where. The audit log's word, newest first. */
import { call } from '../../api/call.ts'
import type { ReadView } from '../../api/state-views.ts'
import { usePages } from '../../api/use-pages.ts'
import { Button } from '../../parts/button.tsx'
import { Icon } from '../../parts/icon.tsx'
import { ProblemNotice } from '../../parts/notice.tsx'
import { Loading } from '../../parts/page.tsx'
import { Text } from '../../parts/text.tsx'
import { Ago } from '../../parts/time.tsx'
import { Who } from './parts.tsx'
import { tierWords } from './words.ts'

const PAGE = 50

function load(name: string, before: number | null, signal?: AbortSignal): Promise<ReadView[]> {
  const from = before === null ? '' : `&before=${before}`
  return call<{ reads: ReadView[] }>('GET', `/api/v1/state/workspaces/${encodeURIComponent(name)}/reads?limit=${PAGE}${from}`, undefined, signal).then(({ reads }) => reads)
}

export function Reads({ name }: { name: string }) {
  const { newest, again, all, older } = usePages({ load: (before, signal) => load(name, before, signal), key: name, size: PAGE, numberOf: ({ index }) => index })
  return (
    <section class="section" aria-labelledby="reads-title">
      <h2 id="reads-title">Who read it</h2>
      {newest.state === 'loading' && <Loading what="the readings" />}
      {newest.state === 'failed' && <ProblemNotice problem={newest.problem} again={again} />}
      {newest.state === 'ready' && all.length === 0 && <p class="empty">Nobody has read it yet.</p>}
      {all.length > 0 && <ol class="list" reversed>{all.map((one) => <li key={one.index}><Read one={one} /></li>)}</ol>}
      {older.there && <div class="actions"><Button look="plain" busy={older.busy} onPress={older.next}>Older readings</Button></div>}
      {older.problem !== null && <ProblemNotice problem={older.problem} />}
    </section>
  )
}

function Read({ one }: { one: ReadView }) {
  const whole = one.tier === 'full'
  return (
    <div class="key">
      <span class="key-sign"><Icon name={whole ? 'eye' : 'hidden'} /></span>
      <div>
        <h3 class="row-title"><Who of={one.person} /></h3>
        <p class="row-sub">{one.version > 0 && <>version {one.version}, </>}{whole ? <b>{tierWords(one.tier)}</b> : <Text of={tierWords(one.tier)} />}{one.purpose !== '' && <> · <Text of={one.purpose} /></>}</p>
        <p class="row-sub"><Ago at={one.at} />{one.source !== '' && <> · from <Text of={one.source} /></>} · entry {one.index.toLocaleString('en')} of the audit log</p>
      </div>
    </div>
  )
}
