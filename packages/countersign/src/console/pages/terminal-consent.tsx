/** "Sign this terminal in?" What the terminal says of itself is a claim; what counts is the thumbprint of its key. */
import { useState } from 'preact/hooks'
import { call } from '../api/call.ts'
import { asProblem, Problem } from '../api/problem.ts'
import { useResource } from '../api/use-resource.ts'
import type { InteractionView } from '../api/views.ts'
import { Button } from '../parts/button.tsx'
import { ProblemNotice } from '../parts/notice.tsx'
import { Loading, PageFrame } from '../parts/page.tsx'
import { Text } from '../parts/text.tsx'
import { asksForSignIn, SignInAgain } from './sign-in-again.tsx'

/** The answer leads back through our own origin or straight to the program that listens on this computer; nowhere else. */
function follow(redirect: string): void {
  const url = new URL(redirect, location.origin)
  const loopback = url.protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname)
  if (url.origin !== location.origin && !loopback) {
    throw new Problem({ code: 'redirect_refused', status: 0, detail: 'The server wanted to send you to another site.', next: 'Run `countersign login` again. If this stays, tell whoever looks after this server.' })
  }
  location.assign(url.href)
}

export function TerminalConsent({ uid, person }: { uid: string; person: string }) {
  const path = `/api/v1/interactions/${uid}`
  const [asked, again] = useResource((signal) => call<InteractionView>('GET', path, undefined, signal), path)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const decide = (decision: 'allow' | 'deny'): void => {
    setBusy(true)
    setProblem(null)
    call<{ redirect: string }>('POST', path, { decision })
      .then(({ redirect }) => follow(redirect))
      .catch((error: unknown) => {
        setProblem(asProblem(error))
        setBusy(false)
      })
  }
  if (asked.state === 'loading') return <main id="main" class="page narrow"><Loading what="the terminal's request" /></main>
  if (asked.state === 'failed') return <PageFrame title="This terminal cannot sign in" width="narrow"><ProblemNotice problem={asked.problem} again={again} /></PageFrame>
  const { terminal, client, thumbprint, resources } = asked.value
  const bearer = thumbprint === ''
  return (
    <PageFrame title="Sign this terminal in?" lead={<>It will act as <b><Text of={person} /></b>: {bearer ? 'it can read runs and see what the policy would ask of a plan, and never apply one.' : 'it can ask for changes, and never countersign them.'}</>} width="narrow">
      <div class="card">
        <dl class="facts">
          <dt>Terminal</dt>
          <dd>{terminal === null ? 'unnamed' : <b><Text of={`${terminal.user}@${terminal.host}`} /></b>}<span class="sub">as it calls itself</span></dd>
          <dt>Program</dt>
          <dd><Text of={client} /></dd>
          <dt>Its key</dt>
          <dd>{bearer ? 'none' : <code class="break"><Text of={thumbprint} /></code>}<span class="sub">{bearer ? 'its token works for whoever holds it, for eight hours' : 'the sign-in works with this key alone'}</span></dd>
          {resources.length > 0 && <><dt>For</dt><dd>{resources.map((one) => <code key={one} class="break"><Text of={one} /></code>)}<span class="sub">another server: it learns who you are</span></dd></>}
        </dl>
      </div>
      <div class="actions equal">
        <Button icon="terminal" busy={busy} onPress={() => decide('allow')}>Sign it in</Button>
        <Button icon="hand" busy={busy} onPress={() => decide('deny')}>I didn't ask for this</Button>
      </div>
      <div aria-live="polite">
        {problem !== null && (asksForSignIn(problem) ? <SignInAgain why="This terminal asks for a newer or stronger sign-in than yours." onDone={() => decide('allow')} /> : <ProblemNotice problem={problem} />)}
      </div>
    </PageFrame>
  )
}
