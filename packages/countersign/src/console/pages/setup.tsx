/**
 * The first owner. The token comes in the fragment, which browsers send to nobody; it is taken out of the address at once
 * and kept in memory only. The key made here is genesis: every later person and key is vouched for through it.
 */
import { useState } from 'preact/hooks'
import { call } from '../api/call.ts'
import { asProblem } from '../api/problem.ts'
import { useResource } from '../api/use-resource.ts'
import type { ServerStatus, SetupBegun, SetupCreated, SetupFinished } from '../api/views.ts'
import { inspectSubject } from '../ceremony/inspect.ts'
import { Refusal } from '../ceremony/refusal.ts'
import { Refused } from '../ceremony/refused.tsx'
import { checkSigning } from '../ceremony/sign.ts'
import { Button } from '../parts/button.tsx'
import { Field } from '../parts/field.tsx'
import { Notice, ProblemNotice } from '../parts/notice.tsx'
import { PageFrame } from '../parts/page.tsx'
import { Steps } from '../parts/steps.tsx'
import { checkIntent } from '../session/check-intent.ts'
import { askForNewKey, askForTouch } from '../session/touch.ts'
import { SetupDone } from './setup-done.tsx'

type Stage =
  | { at: 'name' }
  | { at: 'sign'; created: SetupCreated; instance: string; person: string }
  | { at: 'done'; finished: SetupFinished }

function takeToken(): string {
  const token = location.hash.slice(1)
  if (token !== '') history.replaceState(null, '', '/setup')
  return /^cs_su_[\w-]{8,200}$/u.test(token) ? token : ''
}

export function SetupPage() {
  const [token] = useState(takeToken)
  const [status] = useResource((signal) => call<ServerStatus>('GET', '/api/v1/status', undefined, signal), 'status')
  const [stage, setStage] = useState<Stage>({ at: 'name' })
  if (stage.at === 'done') return <SetupDone finished={stage.finished} rpId={status.state === 'ready' ? status.value.rpId : location.hostname} />
  return (
    <PageFrame title="Set up Countersign" lead="You become the first owner. The key you make now is the root of trust: everybody and everything here is vouched for through it." width="narrow">
      {status.state === 'failed' && <ProblemNotice problem={status.problem} />}
      {status.state === 'ready' && status.value.setUp ? (
        <Notice tone="amber" title="This server is set up already."><p>A set-up link works once. <a href="/sign-in">Sign in</a> with the key that was made then.</p></Notice>
      ) : token === '' ? (
        <Notice tone="amber" title="This link has no set-up token."><p>Open the whole link that <code>countersign up</code> printed, on the same computer. It works once, for 15 minutes.</p></Notice>
      ) : (
        <SetUp token={token} stage={stage} onStage={setStage} />
      )}
    </PageFrame>
  )
}

async function createKey(token: string, name: string, label: string): Promise<Stage> {
  const begun = await call<SetupBegun>('POST', '/api/v1/setup/begin', { token, name, label })
  await checkIntent(begun)
  const response = await askForNewKey(begun.options)
  const created = await call<SetupCreated>('POST', '/api/v1/setup/create', { token, response })
  const { subject } = await inspectSubject({ subject: created.subject, code: created.code })
  if (subject.kind !== 'genesis' || subject.credential.id !== response.id || subject.person.name !== name || subject.label !== label) throw new Refusal('key_differs')
  return { at: 'sign', created, instance: subject.instance, person: subject.person.id }
}

async function signGenesis(token: string, { created, instance, person }: Extract<Stage, { at: 'sign' }>): Promise<Stage> {
  await checkSigning(created, { subject: created.subject, instance, person, role: 'genesis', slot: null })
  const response = await askForTouch(created.options)
  return { at: 'done', finished: await call<SetupFinished>('POST', '/api/v1/setup/finish', { token, response }) }
}

function SetUp({ token, stage, onStage }: { token: string; stage: Exclude<Stage, { at: 'done' }>; onStage: (stage: Stage) => void }) {
  const [name, setName] = useState('')
  const [label, setLabel] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const attempt = (work: () => Promise<Stage>): void => {
    setBusy(true)
    setError(null)
    work().then(onStage, setError).finally(() => setBusy(false))
  }
  const create = (event: Event): void => {
    event.preventDefault()
    if (busy) return
    if (name.trim() === '' || label.trim() === '') setError(new Error('both names are needed'))
    else attempt(() => createKey(token, name.trim(), label.trim()))
  }
  return (
    <>
      <Steps
        now={stage.at === 'name' ? 0 : 1}
        steps={[
          {
            title: 'Make your key',
            body: (
              <form onSubmit={create}>
                <Field label="Your name" value={name} onValue={setName} autoComplete="name" maxLength={100} help="As colleagues and auditors will read it." />
                <Field label="A label for this key" value={label} onValue={setLabel} maxLength={100} placeholder="Laptop, or YubiKey 5 blue" help="To tell it from your second one." />
                <div class="actions"><Button submit icon="key" busy={busy}>{busy ? 'Waiting for your key' : 'Create the key'}</Button></div>
              </form>
            ),
          },
          {
            title: 'Sign the first statement with it',
            body: stage.at === 'sign' && (
              <>
                <p>The key now says of itself that it is genesis. This page has checked what it will sign.</p>
                <div class="actions"><Button icon="key" busy={busy} onPress={() => attempt(() => signGenesis(token, stage))}>{busy ? 'Waiting for your key' : 'Touch it again to sign'}</Button></div>
              </>
            ),
          },
        ]}
      />
      <div aria-live="polite">{error !== null && <Failure of={error} />}</div>
    </>
  )
}

function Failure({ of }: { of: unknown }) {
  if (of instanceof Refusal) return <Refused refusal={of} />
  if (of instanceof Error && of.message === 'both names are needed') return <Notice tone="red" alert title="Your name and a label are both needed." />
  return <ProblemNotice problem={asProblem(of)} />
}
