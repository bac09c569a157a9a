/** Signing in with a passkey, and then, where a terminal began it, letting that terminal in. */
import { useEffect, useState } from 'preact/hooks'
import { call } from '../api/call.ts'
import { asProblem } from '../api/problem.ts'
import type { Problem } from '../api/problem.ts'
import { useResource } from '../api/use-resource.ts'
import type { ServerStatus } from '../api/views.ts'
import type { PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/browser'
import { Button } from '../parts/button.tsx'
import { Notice, ProblemNotice } from '../parts/notice.tsx'
import { PageFrame } from '../parts/page.tsx'
import { navigate, safeNext } from '../router.ts'
import { refreshSession } from '../session/session.ts'
import type { SessionState } from '../session/session.ts'
import { askForTouch } from '../session/touch.ts'
import { WithoutKey } from './without-key.tsx'
import { TerminalConsent } from './terminal-consent.tsx'

/** Only what an interaction id can be: it becomes part of a path. */
function interactionOf(search: URLSearchParams): string | null {
  const uid = search.get('uid')
  return uid !== null && /^[\w-]{1,64}$/u.test(uid) ? uid : null
}

export function SignInPage({ session }: { session: SessionState }) {
  const search = new URLSearchParams(location.search)
  const uid = interactionOf(search)
  const next = safeNext(search.get('next'), location.origin)
  const signedIn = session.state === 'in'

  useEffect(() => {
    if (signedIn && uid === null) navigate(next, 'replace')
  }, [signedIn, uid, next])

  if (signedIn && uid !== null) return <TerminalConsent uid={uid} person={session.view.person.name} />
  return <Passkey forTerminal={uid !== null} next={next} />
}

async function signIn(): Promise<void> {
  const begun = await call<{ ceremony: string; options: PublicKeyCredentialRequestOptionsJSON }>('POST', '/api/v1/session/begin', {})
  const response = await askForTouch(begun.options)
  await call('POST', '/api/v1/session/finish', { ceremony: begun.ceremony, response })
  await refreshSession()
}

function Passkey({ forTerminal, next }: { forTerminal: boolean; next: string }) {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [status] = useResource((signal) => call<ServerStatus>('GET', '/api/v1/status', undefined, signal), 'status')
  const press = (): void => {
    setBusy(true)
    setProblem(null)
    signIn().catch((error: unknown) => setProblem(asProblem(error))).finally(() => setBusy(false))
  }
  const why = forTerminal ? 'A terminal wants to sign in as you. First, show that it is you.' : next.startsWith('/c') ? 'What waits for your countersignature is shown after you sign in.' : 'With the passkey or security key you registered here.'
  return (
    <PageFrame title="Sign in" lead={why} width="narrow">
      {status.state === 'ready' && !status.value.setUp ? (
        <Notice tone="amber" title="Nobody has set up this server yet.">
          <p>Start it with <code>countersign up</code> and open the set-up link that it prints, on the same computer.</p>
        </Notice>
      ) : (
        <Button icon="key" full busy={busy} onPress={press}>{busy ? 'Waiting for your key' : 'Sign in with a passkey'}</Button>
      )}
      <div aria-live="polite">{problem !== null && <ProblemNotice problem={problem} />}</div>
      {status.state === 'ready' && location.hostname !== status.value.rpId && !location.hostname.endsWith(`.${status.value.rpId}`) && (
        <Notice tone="amber" title="Keys do not work at this address.">
          <p>They were registered for <b>{status.value.rpId}</b>. Open <a href={status.value.url}>{status.value.url}</a>.</p>
        </Notice>
      )}
      {status.state === 'ready' && status.value.setUp && <WithoutKey />}
      <p class="foot-note">If your key is lost, use your second one. If every key is lost, an owner or manager can start a recovery.</p>
    </PageFrame>
  )
}
