/** A password, which is only ever the first factor of a code, and recovery codes, which are shown once. Both take a fresh proof. */
import { useState } from 'preact/hooks'
import { call } from '../api/call.ts'
import type { KeysView } from '../api/views.ts'
import { Button } from '../parts/button.tsx'
import { Field } from '../parts/field.tsx'
import { Notice, ProblemNotice } from '../parts/notice.tsx'
import { Text } from '../parts/text.tsx'
import { When } from '../parts/time.tsx'
import { useAsk } from './ask-change.ts'
import { freshProof } from './fresh.ts'

export function Secrets({ keys, onChanged }: { keys: KeysView; onChanged: () => void }) {
  if (keys.login === '' || keys.apps.length === 0) return null
  const byCode = keys.authenticators.length === 0
  return (
    <section class="section" aria-labelledby="without-key">
      <h2 id="without-key">Without a key</h2>
      <p class="row-sub">You sign in as <b><Text of={keys.login} /></b> with a password and a code.</p>
      <Password changedAt={keys.passwordChangedAt} byCode={byCode} onChanged={onChanged} />
      <RecoveryCodes left={keys.recoveryCodes} byCode={byCode} onChanged={onChanged} />
    </section>
  )
}

function Password({ changedAt, byCode, onChanged }: { changedAt: string | null; byCode: boolean; onChanged: () => void }) {
  const [open, setOpen] = useState(false)
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const { busy, problem, attempt } = useAsk()
  if (!open) {
    return <p class="row-sub">{changedAt === null ? 'You have no password.' : <>Your password was set <When at={changedAt} />.</>} <button type="button" class="link-button" onClick={() => setOpen(true)}>{changedAt === null ? 'Set one' : 'Change it'}</button></p>
  }
  return (
    <form class="card appear" onSubmit={(event) => {
      event.preventDefault()
      attempt(async () => {
        await call('POST', '/api/v1/password', { password, proof: await freshProof('/api/v1/password/begin', code.trim()) })
        setOpen(false)
        onChanged()
      })
    }}>
      <Field label="New password" value={password} onValue={setPassword} secret maxLength={1024} autoComplete="new-password" help="Long is better than strange: several words are good." />
      {byCode && <Field label="Code of your authenticator app" value={code} onValue={setCode} digits maxLength={6} autoComplete="one-time-code" />}
      {problem !== null && <ProblemNotice problem={problem} />}
      <div class="actions"><Button submit busy={busy}>{byCode ? 'Set it' : 'Set it: touch your key'}</Button><Button look="plain" onPress={() => setOpen(false)}>Back</Button></div>
    </form>
  )
}

function RecoveryCodes({ left, byCode, onChanged }: { left: number; byCode: boolean; onChanged: () => void }) {
  const [made, setMade] = useState<string[] | null>(null)
  const [code, setCode] = useState('')
  const { busy, problem, attempt } = useAsk()
  if (made !== null) {
    return (
      <Notice tone="green" title="Your recovery codes. They are shown once.">
        <ul class="codes">{made.map((one) => <li key={one}><code>{one}</code></li>)}</ul>
        <p>Each works once, and only to enrol a new authenticator. Print them, and keep them apart from your phone.</p>
      </Notice>
    )
  }
  return (
    <form onSubmit={(event) => {
      event.preventDefault()
      attempt(async () => {
        const { codes } = await call<{ codes: string[] }>('POST', '/api/v1/recovery-codes', { proof: await freshProof('/api/v1/recovery-codes/begin', code.trim()) })
        setMade(codes)
        onChanged()
      })
    }}>
      <p class="row-sub">{left === 0 ? 'You have no recovery codes.' : `${left} recovery code${left === 1 ? '' : 's'} left.`}</p>
      {byCode && <Field label="Code of your authenticator app" value={code} onValue={setCode} digits maxLength={6} autoComplete="one-time-code" />}
      {problem !== null && <ProblemNotice problem={problem} />}
      <div class="actions"><Button look="plain" submit busy={busy}>{left === 0 ? 'Make ten recovery codes' : 'Make ten new ones'}</Button></div>
    </form>
  )
}
