/** Adding an authenticator app: the secret is taken over, then a key of one's own vouches for it; without a key, somebody else does. */
import { useState } from 'preact/hooks'
import { call } from '../api/call.ts'
import type { AppShown, PendingAppView, Signing } from '../api/views.ts'
import { inspectSubject } from '../ceremony/inspect.ts'
import { Refusal } from '../ceremony/refusal.ts'
import { Refused } from '../ceremony/refused.tsx'
import { checkSigning } from '../ceremony/sign.ts'
import { Button } from '../parts/button.tsx'
import { Code } from '../parts/code.tsx'
import { Field } from '../parts/field.tsx'
import { Notice, ProblemNotice } from '../parts/notice.tsx'
import { askForTouch } from '../session/touch.ts'
import { ScanAndConfirm } from './app-steps.tsx'
import { useAsk } from './ask-change.ts'
import { useVouching } from './use-vouching.ts'

type Stage = { at: 'label' } | { at: 'scan'; shown: AppShown } | { at: 'vouch'; pending: PendingAppView }

export function AddApp({ hasKey, onDone, onCancel }: { hasKey: boolean; onDone: () => void; onCancel: () => void }) {
  const [stage, setStage] = useState<Stage>({ at: 'label' })
  const [label, setLabel] = useState('')
  const { busy, problem, attempt } = useAsk()
  return (
    <section class="card appear" aria-label="Add an authenticator app">
      <h2>Add an authenticator app</h2>
      {stage.at === 'label' && (
        <>
          <Notice title="A code is weaker than a key."><p>It can be typed into the wrong page, and the evidence of it is only this server's word. It never counts for what is high or critical.</p></Notice>
          <form onSubmit={(event) => { event.preventDefault(); if (label.trim() !== '') attempt(async () => setStage({ at: 'scan', shown: await call<AppShown>('POST', '/api/v1/authenticator-apps/begin', { label: label.trim() }) })) }}>
            <Field label="A label for it" value={label} onValue={setLabel} maxLength={80} placeholder="Phone" />
            <div class="actions"><Button submit busy={busy}>Show the QR code</Button><Button look="plain" onPress={onCancel}>Cancel</Button></div>
          </form>
        </>
      )}
      {stage.at === 'scan' && (
        <ScanAndConfirm shown={stage.shown} busy={busy} onCodes={(codes) => attempt(async () => {
          const { pending } = await call<{ pending: PendingAppView }>('POST', '/api/v1/authenticator-apps/confirm', { ceremony: stage.shown.ceremony, codes })
          setStage({ at: 'vouch', pending })
        })}
        />
      )}
      {stage.at === 'vouch' && (hasKey ? <VouchOwn pending={stage.pending} onDone={onDone} /> : <TellIt fingerprint={stage.pending.fingerprint} />)}
      {problem !== null && <ProblemNotice problem={problem} />}
    </section>
  )
}

export function TellIt({ fingerprint }: { fingerprint: string }) {
  return (
    <Notice tone="amber" title="Somebody has to vouch for it.">
      <p>Tell this code to whoever invited you, or to an owner, by telephone or in person:</p>
      <p><Code of={fingerprint} large /></p>
    </Notice>
  )
}

/** One's own key signs the statement that names the app. */
export function VouchOwn({ pending, onDone }: { pending: PendingAppView; onDone: () => void }) {
  const { busy, problem, refusal, vouch } = useVouching(() => signFor(pending.id, undefined), onDone)
  return (
    <>
      <p>An earlier key of yours vouches for it: it signs the statement that names the app.</p>
      <div class="actions"><Button icon="key" busy={busy} onPress={() => vouch()}>{busy ? 'Waiting for your key' : 'Touch your key'}</Button></div>
      {problem !== null && <ProblemNotice problem={problem} />}
      {refusal !== null && <Refused refusal={refusal} />}
    </>
  )
}

/** `fingerprint`: as the person told it; undefined for an own app. */
export async function signFor(id: string, fingerprint: string | undefined): Promise<void> {
  const at = `/api/v1/authenticator-apps/${encodeURIComponent(id)}/voucher`
  const begun = await call<{ ceremony: string; subject: string; code: string; voucher: Signing }>('POST', `${at}/begin`, fingerprint === undefined ? {} : { fingerprint })
  const { subject } = await inspectSubject({ subject: begun.subject, code: begun.code })
  if (subject.kind !== 'totp' || subject.authenticator !== id) throw new Refusal('key_differs')
  await checkSigning(begun.voucher, { subject: begun.subject, instance: subject.instance, person: subject.voucher.person, role: 'voucher', slot: null })
  const response = await askForTouch(begun.voucher.options)
  await call('POST', `${at}/finish`, { ceremony: begun.ceremony, response })
}
