/** Signing in without a key: a password and a code together, or a recovery code, which is good for enrolling only. */
import { useState } from 'preact/hooks'
import { call } from '../api/call.ts'
import { Button } from '../parts/button.tsx'
import { Field } from '../parts/field.tsx'
import { ProblemNotice } from '../parts/notice.tsx'
import { navigate } from '../router.ts'
import { refreshSession } from '../session/session.ts'
import { asProblem } from '../api/problem.ts'
import type { Problem } from '../api/problem.ts'

export function WithoutKey() {
  const [how, setHow] = useState<'no' | 'code' | 'recovery'>('no')
  const [login, setLogin] = useState('')
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  if (how === 'no') {
    return (
      <p class="end-links">
        <button type="button" class="link-button" onClick={() => setHow('code')}>Use a password and a code</button>
        <button type="button" class="link-button" onClick={() => setHow('recovery')}>Use a recovery code</button>
      </p>
    )
  }
  const send = async (): Promise<void> => {
    if (how === 'recovery') {
      await call('POST', '/api/v1/session/recovery', { login: login.trim(), code: code.trim() })
      await refreshSession()
      navigate('/keys', 'replace')
    } else {
      await call('POST', '/api/v1/session/password', { login: login.trim(), password, code: code.trim() })
      await refreshSession()
    }
  }
  const press = (event: Event): void => {
    event.preventDefault()
    if (busy) return
    setBusy(true)
    setProblem(null)
    send().catch((error: unknown) => setProblem(asProblem(error))).finally(() => setBusy(false))
  }
  return (
    <form class="card appear" onSubmit={press}>
      <Field label="Sign-in name" value={login} onValue={setLogin} autoComplete="username" maxLength={254} />
      {how === 'code' && <Field label="Password" value={password} onValue={setPassword} secret autoComplete="current-password" maxLength={1024} />}
      {how === 'code' ? <Field label="Code of your authenticator app" value={code} onValue={setCode} digits maxLength={6} autoComplete="one-time-code" /> : <Field label="Recovery code" value={code} onValue={setCode} code maxLength={64} help="It works once, and lets you enrol a new authenticator. Nothing else." />}
      {problem !== null && <ProblemNotice problem={problem} />}
      <div class="actions"><Button submit busy={busy}>Sign in</Button><Button look="plain" onPress={() => { setHow('no'); setProblem(null) }}>Back</Button></div>
    </form>
  )
}
