/**
 * An invited person's first key; and, over a link that the host printed, the new key of an owner who lost every one.
 * The secret comes in the fragment, which browsers send to nobody; it is taken out of the address at
 * once. At the end there is a code, which the person tells whoever invited them by another way: until then the key is nobody's.
 */
import { useState } from 'preact/hooks'
import { call } from '../api/call.ts'
import { asProblem } from '../api/problem.ts'
import { useResource } from '../api/use-resource.ts'
import type { InvitationView, JoinBegun, JoinMade, SetupCreated } from '../api/views.ts'
import { inspectSubject } from '../ceremony/inspect.ts'
import { Refusal } from '../ceremony/refusal.ts'
import { Refused } from '../ceremony/refused.tsx'
import { checkSigning } from '../ceremony/sign.ts'
import { Button } from '../parts/button.tsx'
import { Code } from '../parts/code.tsx'
import { Field } from '../parts/field.tsx'
import { Link } from '../parts/link.tsx'
import { Notice, ProblemNotice } from '../parts/notice.tsx'
import { Loading, PageFrame } from '../parts/page.tsx'
import { Steps } from '../parts/steps.tsx'
import { Text } from '../parts/text.tsx'
import { When } from '../parts/time.tsx'
import { JoinWithApp } from './join-with-app.tsx'
import { checkIntent } from '../session/check-intent.ts'
import { askForNewKey, askForTouch } from '../session/touch.ts'

type Stage =
  | { at: 'name' }
  | { at: 'sign'; ceremony: string; created: SetupCreated; instance: string; person: string }
  | { at: 'done'; made: JoinMade }

function takeToken(): string {
  const token = location.hash.slice(1)
  if (token !== '') history.replaceState(null, '', '/join')
  return /^cs_in_[\w-]{8,200}$/u.test(token) ? token : ''
}

export function JoinPage() {
  const [token] = useState(takeToken)
  if (token === '') {
    return (
      <PageFrame title="Join" width="narrow">
        <Notice tone="amber" title="This link has no invitation in it."><p>Open the whole link that you were given. It works once, for three days.</p></Notice>
      </PageFrame>
    )
  }
  return <Invited token={token} />
}

function Invited({ token }: { token: string }) {
  const [shown] = useResource((signal) => call<InvitationView>('POST', '/api/v1/invitation/show', { token }, signal).catch((error: unknown) => error), 'invitation')
  const [stage, setStage] = useState<Stage>({ at: 'name' })
  const [byApp, setByApp] = useState(false)
  if (stage.at === 'done') return <Told made={stage.made} />
  if (shown.state === 'loading') return <PageFrame title="Join" width="narrow"><Loading what="your invitation" /></PageFrame>
  if (shown.state === 'failed' || shown.value instanceof Error) {
    return <PageFrame title="Join" width="narrow"><ProblemNotice problem={shown.state === 'failed' ? shown.problem : asProblem(shown.value)} /></PageFrame>
  }
  const { person, expiresAt } = shown.value as InvitationView
  return (
    <PageFrame title="Join" heading={<>Welcome, <Text of={person.name} /></>} lead="You make your first key here. It signs you in and countersigns for you; whoever invited you vouches for it." width="narrow">
      {byApp ? <JoinWithApp token={token} inviter="whoever invited you" onBack={() => setByApp(false)} /> : <Enrol token={token} stage={stage} onStage={setStage} />}
      {!byApp && stage.at === 'name' && <p class="end-links"><button type="button" class="link-button" onClick={() => setByApp(true)}>I have no passkey or security key</button></p>}
      <p class="foot-note">This link works until <When at={expiresAt} />. If you are not <Text of={person.name} />, close this page.</p>
    </PageFrame>
  )
}

async function create(token: string, label: string): Promise<Stage> {
  const begun = await call<JoinBegun>('POST', '/api/v1/invitation/begin', { token, label })
  await checkIntent(begun)
  const response = await askForNewKey(begun.options)
  const created = await call<SetupCreated>('POST', '/api/v1/invitation/create', { token, ceremony: begun.ceremony, response })
  const { subject } = await inspectSubject({ subject: created.subject, code: created.code })
  if (subject.kind !== 'registration' || subject.credential.id !== response.id || subject.person.id !== begun.person.id || subject.label !== label) throw new Refusal('key_differs')
  return { at: 'sign', ceremony: begun.ceremony, created, instance: subject.instance, person: subject.person.id }
}

async function sign(token: string, { ceremony, created, instance, person }: Extract<Stage, { at: 'sign' }>): Promise<Stage> {
  await checkSigning(created, { subject: created.subject, instance, person, role: 'possession', slot: null })
  const response = await askForTouch(created.options)
  return { at: 'done', made: await call<JoinMade>('POST', '/api/v1/invitation/finish', { token, ceremony, response }) }
}

function Enrol({ token, stage, onStage }: { token: string; stage: Exclude<Stage, { at: 'done' }>; onStage: (stage: Stage) => void }) {
  const [label, setLabel] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const attempt = (work: () => Promise<Stage>): void => {
    if (busy) return
    setBusy(true)
    setError(null)
    work().then(onStage, setError).finally(() => setBusy(false))
  }
  return (
    <>
      <Steps
        now={stage.at === 'name' ? 0 : 1}
        steps={[
          {
            title: 'Make your key',
            body: (
              <form onSubmit={(event) => { event.preventDefault(); if (label.trim() !== '') attempt(() => create(token, label.trim())) }}>
                <Field label="A label for this key" value={label} onValue={setLabel} maxLength={80} placeholder="Laptop, or YubiKey 5 blue" help="To tell it from your second one." />
                <div class="actions"><Button submit icon="key" busy={busy}>{busy ? 'Waiting for your key' : 'Create the key'}</Button></div>
              </form>
            ),
          },
          {
            title: 'Prove that it works',
            body: stage.at === 'sign' && (
              <>
                <p>The key signs a statement that names it and you. This page has checked what it will sign.</p>
                <div class="actions"><Button icon="key" busy={busy} onPress={() => attempt(() => sign(token, stage))}>{busy ? 'Waiting for your key' : 'Touch it again to sign'}</Button></div>
              </>
            ),
          },
          { title: 'Tell your inviter the code', body: null },
        ]}
      />
      <div aria-live="polite">{error !== null && (error instanceof Refusal ? <Refused refusal={error} /> : <ProblemNotice problem={asProblem(error)} />)}</div>
    </>
  )
}

function Told({ made }: { made: JoinMade }) {
  return (
    <PageFrame title="One more step, and it is not yours" lead={<>Tell <Text of={made.inviter} /> this code, by telephone or in person: not over the way that brought you the link.</>} width="narrow">
      <div class="card fingerprint">
        <h2>The code of your key</h2>
        <p class="fingerprint-value"><Code of={made.code} large /></p>
        <p class="quiet small">It is made from your key. Whoever had used your link would have another one.</p>
      </div>
      <p>They type it and touch their own key. Then you can <Link to="/sign-in">sign in</Link>. It waits until <When at={made.expiresAt} />.</p>
    </PageFrame>
  )
}
