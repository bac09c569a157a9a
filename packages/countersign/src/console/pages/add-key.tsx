/**
 * Adding a key, in three steps that the person sees: create it, prove that it works, vouch for it with an earlier key.
 * The statement is one; the page checks it before either key is asked to sign it.
 */
import { useState } from 'preact/hooks'
import { call } from '../api/call.ts'
import { asProblem } from '../api/problem.ts'
import type { KeyBegun, KeyCreated, Signing } from '../api/views.ts'
import { inspectSubject } from '../ceremony/inspect.ts'
import { Refusal } from '../ceremony/refusal.ts'
import { Refused } from '../ceremony/refused.tsx'
import { checkSigning } from '../ceremony/sign.ts'
import { Button } from '../parts/button.tsx'
import { Code } from '../parts/code.tsx'
import { Field } from '../parts/field.tsx'
import { ProblemNotice } from '../parts/notice.tsx'
import { Steps } from '../parts/steps.tsx'
import { checkIntent } from '../session/check-intent.ts'
import { endSession } from '../session/session.ts'
import { askForNewKey, askForTouch } from '../session/touch.ts'

type Touch = Awaited<ReturnType<typeof askForTouch>>
type Made = { ceremony: string; label: string; created: KeyCreated; instance: string; owner: string; voucher: string }
type Stage = { at: 'create' } | { at: 'prove'; made: Made } | { at: 'vouch'; made: Made; possession: Touch }

async function create(label: string): Promise<Stage> {
  const begun = await call<KeyBegun>('POST', '/api/v1/authenticators/begin', { label })
  await checkIntent(begun)
  const response = await askForNewKey(begun.options)
  const created = await call<KeyCreated>('POST', '/api/v1/authenticators/create', { ceremony: begun.ceremony, response })
  const { subject } = await inspectSubject({ subject: created.subject, code: created.code })
  if (subject.kind !== 'registration' || subject.credential.id !== response.id || subject.label !== label) throw new Refusal('key_differs')
  return { at: 'prove', made: { ceremony: begun.ceremony, label, created, instance: subject.instance, owner: subject.person.id, voucher: subject.voucher.person } }
}

async function touch(made: Made, signing: Signing, role: 'possession' | 'voucher'): Promise<Touch> {
  await checkSigning(signing, { subject: made.created.subject, instance: made.instance, person: role === 'possession' ? made.owner : made.voucher, role, slot: null })
  return askForTouch(signing.options)
}

export function AddKey({ onDone, onCancel }: { onDone: (label: string) => void; onCancel: () => void }) {
  const [stage, setStage] = useState<Stage>({ at: 'create' })
  const [label, setLabel] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const attempt = (work: () => Promise<Stage | null>): void => {
    if (busy) return
    setBusy(true)
    setError(null)
    work()
      .then((next) => (next === null ? onDone(label.trim()) : setStage(next)), (failed: unknown) => (asProblem(failed).status === 401 ? endSession() : setError(failed)))
      .finally(() => setBusy(false))
  }
  const prove = (made: Made) => attempt(async () => ({ at: 'vouch', made, possession: await touch(made, made.created.possession, 'possession') }))
  const vouch = (made: Made, possession: Touch) => attempt(async () => {
    const voucher = await touch(made, made.created.voucher, 'voucher')
    await call('POST', '/api/v1/authenticators/finish', { ceremony: made.ceremony, possession, voucher })
    return null
  })
  return (
    <section class="card" aria-label="Add a key">
      <Steps
        now={{ create: 0, prove: 1, vouch: 2 }[stage.at]}
        steps={[
          {
            title: 'Create the new key',
            body: (
              <form onSubmit={(event) => { event.preventDefault(); if (label.trim() !== '') attempt(() => create(label.trim())) }}>
                <Field label="A label for it" value={label} onValue={setLabel} maxLength={100} placeholder="YubiKey in the safe" help="Plug it in or have it near, then go on." />
                <div class="actions"><Button submit icon="key" busy={busy}>{busy ? 'Waiting for the new key' : 'Create'}</Button><Button look="plain" onPress={onCancel}>Cancel</Button></div>
              </form>
            ),
          },
          {
            title: 'Prove that it works',
            body: stage.at === 'prove' && (
              <>
                <p>Touch the new key once more: it signs the statement <Code of={stage.made.created.code} /> that names it.</p>
                <div class="actions"><Button icon="key" busy={busy} onPress={() => prove(stage.made)}>{busy ? 'Waiting for the new key' : 'Touch the new key'}</Button></div>
              </>
            ),
          },
          {
            title: 'Vouch for it with the key you signed in with',
            body: stage.at === 'vouch' && (
              <>
                <p>An earlier key of yours signs the same statement. A session alone can add nothing.</p>
                <div class="actions"><Button icon="key" busy={busy} onPress={() => vouch(stage.made, stage.possession)}>{busy ? 'Waiting for your earlier key' : 'Touch your earlier key'}</Button></div>
              </>
            ),
          },
        ]}
      />
      <div aria-live="polite">{error !== null && (error instanceof Refusal ? <Refused refusal={error} /> : <ProblemNotice problem={asProblem(error)} />)}</div>
    </section>
  )
}
