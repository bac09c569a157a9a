/** State credentials: one's own, and everybody's for those who look after people. Each opens nothing by itself; ending one is at once. */
import { useState } from 'preact/hooks'
import { call } from '../../api/call.ts'
import type { CredentialView } from '../../api/state-views.ts'
import { useLive } from '../../api/use-live.ts'
import type { SessionView } from '../../api/views.ts'
import { Button, Command } from '../../parts/button.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Link } from '../../parts/link.tsx'
import { ProblemNotice } from '../../parts/notice.tsx'
import { Loading, PageFrame } from '../../parts/page.tsx'
import { plain, Text } from '../../parts/text.tsx'
import { Ago, When } from '../../parts/time.tsx'
import { workspacePath } from '../../router.ts'
import { useAsk } from '../ask-change.ts'
import { Mark, StatesNav, Who } from './parts.tsx'
import { credentialMarks, mayWords, tierWords } from './words.ts'

const load = (signal: AbortSignal): Promise<CredentialView[]> =>
  call<{ credentials: CredentialView[] }>('GET', '/api/v1/state/credentials', undefined, signal).then(({ credentials }) => credentials)

export function CredentialsPage({ session }: { session: SessionView }) {
  const [all, again] = useLive(load, 'credentials')
  const [over, setOver] = useState(false)
  const mine = all.state === 'ready' ? all.value.filter(({ person }) => person.id === session.person.id) : []
  const others = all.state === 'ready' ? all.value.filter(({ person }) => person.id !== session.person.id) : []
  const valid = (list: CredentialView[]): CredentialView[] => list.filter(({ status }) => over || status === 'valid')
  const ended = all.state === 'ready' ? all.value.filter(({ status }) => status !== 'valid').length : 0
  return (
    <PageFrame title="State credentials" lead="What Terraform signs in to the state backend with. A credential opens nothing by itself: locks and readings are asked for, as the policy says.">
      <StatesNav now="state-credentials" />
      {all.state === 'loading' && <Loading what="the credentials" />}
      {all.state === 'failed' && <ProblemNotice problem={all.problem} again={again} />}
      {all.state === 'ready' && (
        <>
          <List title="Yours" id="mine" all={valid(mine)} mine onEnded={again} />
          {others.length > 0 && <List title="Of others" id="others" all={valid(others)} mine={false} onEnded={again} />}
          {ended > 0 && <div class="actions"><Button look="plain" onPress={() => setOver(!over)}>{over ? 'Hide those that have ended' : `Show ${ended} that ${ended === 1 ? 'has' : 'have'} ended`}</Button></div>}
        </>
      )}
    </PageFrame>
  )
}

function List({ title, id, all, mine, onEnded }: { title: string; id: string; all: CredentialView[]; mine: boolean; onEnded: () => void }) {
  return (
    <section class="section" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {all.length > 0 && <ul class="list">{all.map((one) => <li key={one.id}><Entry one={one} mine={mine} onEnded={onEnded} /></li>)}</ul>}
      {all.length === 0 && mine && (
        <div class="empty begin">
          <p><b>You hold no credential that is valid.</b></p>
          <p class="small">This gets one for a terminal, after a touch:</p>
          <Command of={'eval "$(countersign state init --env)"'} />
        </div>
      )}
      {all.length === 0 && !mine && <p class="empty">None that is valid.</p>}
    </section>
  )
}

function Entry({ one, mine, onEnded }: { one: CredentialView; mine: boolean; onEnded: () => void }) {
  const { busy, problem, attempt } = useAsk()
  const end = (): void => attempt(async () => {
    await call('DELETE', `/api/v1/state/credentials/${encodeURIComponent(one.id)}`)
    onEnded()
  })
  return (
    <div class="key">
      <span class="key-sign"><Icon name="terminal" /></span>
      <div>
        <h3 class="row-title"><Link to={workspacePath(one.workspace)}><Text of={one.workspace} /></Link></h3>
        <p class="row-sub">{mayWords[one.phase]}{one.tier !== 'full' && `, ${tierWords(one.tier)}`}{!mine && <> · <Who of={one.person} /></>}{one.run !== '' && <> · for <Link to={`/runs/${one.run}`}>a run</Link></>}</p>
        <p class="row-sub">{one.lastUsedAt === null ? 'never used' : <>used <Ago at={one.lastUsedAt} />{one.lastSource !== '' && <> from <Text of={one.lastSource} /></>}</>} · {one.status === 'valid' ? 'until' : 'was until'} <When at={one.expiresAt} /></p>
        {one.status !== 'valid' && <p class="row-sub"><Mark of={credentialMarks[one.status]} />{one.revokedWhy !== '' && <> <Text of={one.revokedWhy} /></>}</p>}
        {problem !== null && <ProblemNotice problem={problem} />}
      </div>
      {one.status === 'valid' && <button type="button" class="link-button calm" aria-disabled={busy ? 'true' : undefined} aria-label={`Revoke the credential for ${plain(one.workspace)}${mine ? '' : ` of ${plain(one.person.name)}`}`} onClick={end}>Revoke</button>}
    </div>
  )
}
