/** Where one is signed in: browsers and terminals, since when, until when, with what. End one, or all but this. */
import { call } from '../api/call.ts'
import { useResource } from '../api/use-resource.ts'
import type { OpenSession, OpenTerminal } from '../api/views.ts'
import { Button } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { Link } from '../parts/link.tsx'
import { ProblemNotice } from '../parts/notice.tsx'
import { Loading, PageFrame } from '../parts/page.tsx'
import { plain, Text } from '../parts/text.tsx'
import { Ago, When } from '../parts/time.tsx'
import { useAsk } from './ask-change.ts'

type Everything = { sessions: OpenSession[]; terminals: OpenTerminal[] }

async function load(signal: AbortSignal): Promise<Everything> {
  const [{ sessions }, { terminals }] = await Promise.all([
    call<{ sessions: OpenSession[] }>('GET', '/api/v1/sessions', undefined, signal),
    call<{ terminals: OpenTerminal[] }>('GET', '/api/v1/terminals', undefined, signal),
  ])
  return { sessions, terminals }
}

export function SessionsPage() {
  const [all, again] = useResource(load, 'sessions')
  const { busy, problem, attempt } = useAsk()
  const end = (paths: string[]): void => attempt(async () => {
    for (const path of paths) await call('DELETE', path)
    again()
  })
  const others = all.state === 'ready' ? [...all.value.sessions.filter((one) => !one.thisSession).map(sessionPath), ...all.value.terminals.map(terminalPath)] : []
  return (
    <PageFrame title="Where you are signed in" lead="A session shows who is there. It countersigns nothing by itself." aside={others.length > 0 && <Button icon="out" busy={busy} onPress={() => end(others)}>End all but this</Button>}>
      {problem !== null && <ProblemNotice problem={problem} />}
      {all.state === 'loading' && <Loading what="your sessions" />}
      {all.state === 'failed' && <ProblemNotice problem={all.problem} again={again} />}
      {all.state === 'ready' && (
        <>
          <section class="section" aria-labelledby="browsers"><h2 id="browsers">Browsers</h2>
            <ul class="list">{all.value.sessions.map((one) => <li key={one.id}><Session one={one} onEnd={() => end([sessionPath(one)])} /></li>)}</ul>
          </section>
          <section class="section" aria-labelledby="terminals"><h2 id="terminals">Terminals and programs</h2>
            {all.value.terminals.length === 0 ? <div class="empty"><p>No terminal is signed in as you.</p><p class="small">Sign one in with <code>countersign login</code></p></div>
              : <ul class="list">{all.value.terminals.map((one) => <li key={one.id}><Terminal one={one} onEnd={() => end([terminalPath(one)])} /></li>)}</ul>}
          </section>
        </>
      )}
      <p class="foot-note"><Link to="/keys">Your keys</Link></p>
    </PageFrame>
  )
}

const sessionPath = (one: OpenSession): string => `/api/v1/sessions/${encodeURIComponent(one.id)}`
const terminalPath = (one: OpenTerminal): string => `/api/v1/terminals/${encodeURIComponent(one.id)}`

/** RFC 8176 names, in words. */
function howWords(amr: string | undefined): string {
  if (amr === undefined || amr === '') return 'with a key'
  if (amr.includes('pwd')) return 'with a password and a code'
  if (amr.includes('swk')) return 'with a software key'
  return amr.includes('hwk') ? 'with a passkey or security key' : 'with a recovery code'
}

function Session({ one, onEnd }: { one: OpenSession; onEnd: () => void }) {
  return (
    <div class="key">
      <span class="key-sign"><Icon name="out" /></span>
      <div class="key-main">
        <h3 class="row-title"><Text of={one.client} />{one.thisSession && <span class="tag">this one</span>}</h3>
        <p class="row-sub">at <Text of={one.address} />, {howWords(one.amr)}, since <When at={one.createdAt} /></p>
        <p class="row-sub">last seen <Ago at={one.lastSeenAt} /> · ends by <When at={one.expiresAt} /></p>
      </div>
      {!one.thisSession && <button type="button" class="link-button calm" aria-label={`End ${plain(one.client)} at ${plain(one.address)}`} onClick={onEnd}>End</button>}
    </div>
  )
}

function Terminal({ one, onEnd }: { one: OpenTerminal; onEnd: () => void }) {
  return (
    <div class="key">
      <span class="key-sign"><Icon name="terminal" /></span>
      <div class="key-main">
        <h3 class="row-title"><Text of={one.client} /></h3>
        <p class="row-sub">since <When at={one.createdAt} /> · until <When at={one.expiresAt} /></p>
        {one.thumbprint !== '' && <p class="row-sub">its key <code class="break">{one.thumbprint}</code></p>}
      </div>
      <button type="button" class="link-button calm" aria-label={`Sign out ${plain(one.client)}`} onClick={onEnd}>Sign out</button>
    </div>
  )
}
