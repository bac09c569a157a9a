/**
 * A terminal that shows a code wants to sign in (`countersign login --device`).
 *
 * Somebody else may have begun it and sent the person here. So nothing is taken from the link: the code is typed, and what stands behind it
 * is shown before there is anything to press, first of all whether it is theirs.
 */
import { useState } from 'preact/hooks'
import { call } from '../api/call.ts'
import { asProblem } from '../api/problem.ts'
import type { Problem } from '../api/problem.ts'
import type { DeviceView } from '../api/views.ts'
import { Button } from '../parts/button.tsx'
import { Field } from '../parts/field.tsx'
import { Notice, ProblemNotice } from '../parts/notice.tsx'
import { PageFrame } from '../parts/page.tsx'
import { Text } from '../parts/text.tsx'
import { Ago, When } from '../parts/time.tsx'
import { asksForSignIn, SignInAgain } from './sign-in-again.tsx'

type State = { step: 'typing' } | { step: 'deciding'; device: DeviceView } | { step: 'done'; allowed: boolean }

export function DevicePage({ person }: { person: string }) {
  const [typed, setTyped] = useState('')
  const [state, setState] = useState<State>({ step: 'typing' })
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const attempt = (work: () => Promise<State>): void => {
    setBusy(true)
    setProblem(null)
    work().then(setState, (error: unknown) => setProblem(asProblem(error))).finally(() => setBusy(false))
  }
  const lookUp = (): void => attempt(async () => ({ step: 'deciding', device: await call<DeviceView>('POST', '/api/v1/devices/lookup', { code: typed }) }))
  const answer = (decision: 'allow' | 'deny'): void => attempt(async () => {
    await call('POST', '/api/v1/devices/answer', { code: typed, decision })
    return { step: 'done', allowed: decision === 'allow' }
  })

  if (state.step === 'done') return <Done allowed={state.allowed} />
  const trouble = problem === null ? null : asksForSignIn(problem)
    ? <SignInAgain why="A terminal that may be somewhere else is let in only by a fresh sign-in with your key." onDone={state.step === 'typing' ? lookUp : () => setProblem(null)} />
    : <ProblemNotice problem={problem} />
  if (state.step === 'typing') {
    return (
      <PageFrame title="Sign a terminal in by its code" lead="Type the code that your own terminal shows. If somebody sent you a code, do not type it: you would sign in their terminal." width="narrow">
        <form class="code-form" onSubmit={(event) => { event.preventDefault(); lookUp() }}>
          <Field label="Code from your terminal" value={typed} onValue={setTyped} code placeholder="XXXX-XXXX" maxLength={20} help="Eight letters. Capitals and the hyphen do not matter." />
          <Button submit icon="arrow" busy={busy}>Go on</Button>
        </form>
        <div aria-live="polite">{trouble}</div>
      </PageFrame>
    )
  }
  return (
    <PageFrame key="deciding" title="Is this your terminal?" lead={<>If you sign it in, it acts as <b><Text of={person} /></b>: it can ask for changes, and never countersign them.</>} width="narrow">
      <Facts device={state.device} />
      <Notice tone="amber" title="Only go on if you started it yourself."><p>Compare the key with the one on its screen. Whoever asked you to type a code, by phone or message, wants a terminal of theirs signed in as you.</p></Notice>
      <div class="actions equal">
        <Button icon="terminal" busy={busy} onPress={() => answer('allow')}>It is mine: sign it in</Button>
        <Button icon="hand" busy={busy} onPress={() => answer('deny')}>I didn't ask for this</Button>
      </div>
      <div aria-live="polite">{trouble}</div>
    </PageFrame>
  )
}

function Facts({ device }: { device: DeviceView }) {
  return (
    <div class="card">
      <dl class="facts">
        <dt>Terminal</dt>
        <dd><b><Text of={device.claim} /></b><span class="sub">as it calls itself</span></dd>
        <dt>Asked from</dt>
        <dd><code><Text of={device.address} /></code><span class="sub">the address that this server saw</span></dd>
        <dt>Program</dt>
        <dd><Text of={device.client} />{device.agent !== '' && <span class="sub"><Text of={device.agent} />, as it says</span>}</dd>
        <dt>Started</dt>
        <dd><Ago at={device.startedAt} /><span class="sub">the code ends <When at={device.expiresAt} /></span></dd>
        <dt>Its key</dt>
        <dd><code class="break"><Text of={device.thumbprint} /></code><span class="sub">the sign-in works with this key alone</span></dd>
      </dl>
    </div>
  )
}

function Done({ allowed }: { allowed: boolean }) {
  const title = allowed ? 'The terminal is signed in' : 'The terminal was turned away'
  return (
    <PageFrame key="done" title={title} width="narrow">
      <Notice tone={allowed ? 'green' : 'plain'} title={allowed ? 'Go back to it.' : 'It was not signed in.'}>
        <p>{allowed ? 'You can sign it out again under "Where you are signed in".' : 'If somebody asked you to type that code, tell whoever looks after this server.'}</p>
      </Notice>
    </PageFrame>
  )
}
