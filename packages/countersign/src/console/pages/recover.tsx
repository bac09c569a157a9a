/** The one owner there is comes back: the host printed the link, the new key proves itself, and the host speaks for it. Loud on purpose. */
import { useState } from 'preact/hooks'
import { call } from '../api/call.ts'
import { asProblem } from '../api/problem.ts'
import type { JoinBegun, SetupCreated, SetupFinished } from '../api/views.ts'
import { inspectSubject } from '../ceremony/inspect.ts'
import { Refusal } from '../ceremony/refusal.ts'
import { Refused } from '../ceremony/refused.tsx'
import { checkSigning } from '../ceremony/sign.ts'
import { Button } from '../parts/button.tsx'
import { Digest } from '../parts/code.tsx'
import { Field } from '../parts/field.tsx'
import { Link } from '../parts/link.tsx'
import { Notice, ProblemNotice } from '../parts/notice.tsx'
import { PageFrame } from '../parts/page.tsx'
import { Steps } from '../parts/steps.tsx'
import { Text } from '../parts/text.tsx'
import { checkIntent } from '../session/check-intent.ts'
import { askForNewKey, askForTouch } from '../session/touch.ts'

type Stage =
  | { at: 'name' }
  | { at: 'sign'; ceremony: string; created: SetupCreated; instance: string; person: string }
  | { at: 'done'; finished: SetupFinished }

function takeToken(): string {
  const token = location.hash.slice(1)
  if (token !== '') history.replaceState(null, '', '/recover')
  return /^cs_rc_[\w-]{8,200}$/u.test(token) ? token : ''
}

async function create(token: string, label: string): Promise<Stage> {
  const begun = await call<JoinBegun>('POST', '/api/v1/owner-recovery/begin', { token, label })
  await checkIntent(begun)
  const response = await askForNewKey(begun.options)
  const created = await call<SetupCreated>('POST', '/api/v1/owner-recovery/create', { token, ceremony: begun.ceremony, response })
  const { subject } = await inspectSubject({ subject: created.subject, code: created.code })
  if (subject.kind !== 'registration' || subject.credential.id !== response.id || subject.person.id !== begun.person.id || subject.label !== label) throw new Refusal('key_differs')
  return { at: 'sign', ceremony: begun.ceremony, created, instance: subject.instance, person: subject.person.id }
}

async function sign(token: string, { ceremony, created, instance, person }: Extract<Stage, { at: 'sign' }>): Promise<Stage> {
  await checkSigning(created, { subject: created.subject, instance, person, role: 'possession', slot: null })
  const response = await askForTouch(created.options)
  return { at: 'done', finished: await call<SetupFinished>('POST', '/api/v1/owner-recovery/finish', { token, ceremony, response }) }
}

export function RecoverPage() {
  const [token] = useState(takeToken)
  const [stage, setStage] = useState<Stage>({ at: 'name' })
  const [label, setLabel] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  if (stage.at === 'done') return <Back finished={stage.finished} />
  const attempt = (work: () => Promise<Stage>): void => {
    if (busy) return
    setBusy(true)
    setError(null)
    work().then(setStage, setError).finally(() => setBusy(false))
  }
  return (
    <PageFrame title="Come back as the owner" lead="You are the only owner, and every key of yours is lost. The host lets you make a new one." width="narrow">
      {token === '' ? (
        <Notice tone="amber" title="This link has no secret in it."><p>Open the whole link that <code>countersign up --recover-owner</code> printed, on the same computer.</p></Notice>
      ) : (
        <>
          <Notice tone="red" title="This is seen by everybody.">
            <p>Your old keys end. Every terminal and auditor that pinned this installation will refuse it until they have compared its fingerprint anew. For 48 hours the new key counts for nothing that is grave.</p>
          </Notice>
          <Steps
            now={stage.at === 'name' ? 0 : 1}
            steps={[
              {
                title: 'Make your new key',
                body: (
                  <form onSubmit={(event) => { event.preventDefault(); if (label.trim() !== '') attempt(() => create(token, label.trim())) }}>
                    <Field label="A label for this key" value={label} onValue={setLabel} maxLength={80} placeholder="YubiKey 5 blue" />
                    <div class="actions"><Button submit icon="key" busy={busy}>{busy ? 'Waiting for your key' : 'Create the key'}</Button></div>
                  </form>
                ),
              },
              {
                title: 'Prove that it works',
                body: stage.at === 'sign' && <div class="actions"><Button icon="key" busy={busy} onPress={() => attempt(() => sign(token, stage))}>{busy ? 'Waiting for your key' : 'Touch it again to sign'}</Button></div>,
              },
            ]}
          />
        </>
      )}
      <div aria-live="polite">{error !== null && (error instanceof Refusal ? <Refused refusal={error} /> : <ProblemNotice problem={asProblem(error)} />)}</div>
    </PageFrame>
  )
}

function Back({ finished }: { finished: SetupFinished }) {
  return (
    <PageFrame title="You are back" lead={<>Welcome, <Text of={finished.person.name} />. Your earlier keys have ended.</>} width="narrow">
      <div class="card fingerprint">
        <h2>The new fingerprint</h2>
        <p class="fingerprint-value"><Digest of={finished.fingerprint} /></p>
        <p class="quiet small">Tell it to everybody who pinned this installation, by another way. They compare it when they sign in anew.</p>
      </div>
      <div class="actions"><Link to="/keys" class="button">Add a second key</Link></div>
    </PageFrame>
  )
}
