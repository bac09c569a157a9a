/** Who read a state: version, how much of it, why, when, from where. The audit log's word, newest first. */
import { useState } from 'preact/hooks'
import { call } from '../../api/call.ts'
import { asProblem } from '../../api/problem.ts'
import type { Problem } from '../../api/problem.ts'
import type { ReadView } from '../../api/state-views.ts'
import { useLive } from '../../api/use-live.ts'
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
  const [newest, again] = useLive((signal) => load(name, null, signal), name)
  const [older, setOlder] = useState<ReadView[]>([])
  const [more, setMore] = useState(true)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const first = newest.state === 'ready' ? newest.value : []
  const all = [...first, ...older.filter((one) => first.every(({ index }) => index !== one.index))]
  const next = (): void => {
    setBusy(true)
    load(name, all.at(-1)?.index ?? null)
      .then((page) => {
        setOlder([...older, ...page])
        setMore(page.length === PAGE)
      }, (error: unknown) => setProblem(asProblem(error)))
      .finally(() => setBusy(false))
  }
  return (
    <section class="section" aria-labelledby="reads-title">
      <h2 id="reads-title">Who read it</h2>
      {newest.state === 'loading' && <Loading what="the readings" />}
      {newest.state === 'failed' && <ProblemNotice problem={newest.problem} again={again} />}
      {newest.state === 'ready' && all.length === 0 && <p class="empty">Nobody has read it yet.</p>}
      {all.length > 0 && <ol class="list" reversed>{all.map((one) => <li key={one.index}><Read one={one} /></li>)}</ol>}
      {more && first.length === PAGE && <div class="actions"><Button look="plain" busy={busy} onPress={next}>Older readings</Button></div>}
      {problem !== null && <ProblemNotice problem={problem} />}
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
