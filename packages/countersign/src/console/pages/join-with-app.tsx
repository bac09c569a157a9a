/** Joining without a key: an authenticator app and a password. At the end there is a code to tell, as with a key. */
import { useState } from 'preact/hooks'
import { call } from '../api/call.ts'
import { asProblem } from '../api/problem.ts'
import type { Problem } from '../api/problem.ts'
import type { AppShown, PendingAppView } from '../api/views.ts'
import { Button } from '../parts/button.tsx'
import { Code } from '../parts/code.tsx'
import { Field } from '../parts/field.tsx'
import { Link } from '../parts/link.tsx'
import { Notice, ProblemNotice } from '../parts/notice.tsx'
import { Text } from '../parts/text.tsx'
import { ScanAndConfirm } from './app-steps.tsx'

type Stage = { at: 'password' } | { at: 'scan'; shown: AppShown } | { at: 'done'; pending: PendingAppView; login: string }

export function JoinWithApp({ token, inviter, onBack }: { token: string; inviter: string; onBack: () => void }) {
  const [stage, setStage] = useState<Stage>({ at: 'password' })
  const [login, setLogin] = useState('')
  const [password, setPassword] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const attempt = (work: () => Promise<void>): void => {
    if (busy) return
    setBusy(true)
    setProblem(null)
    work().catch((error: unknown) => setProblem(asProblem(error))).finally(() => setBusy(false))
  }
  const confirm = (shown: AppShown, codes: [string, string]): void => attempt(async () => {
    const made = await call<{ login: string; pending: PendingAppView }>('POST', '/api/v1/invitation/app/confirm', { token, ceremony: shown.ceremony, codes, password, ...(login.trim() === '' ? {} : { login: login.trim() }) })
    setStage({ at: 'done', pending: made.pending, login: made.login })
  })
  return (
    <section class="card appear" aria-label="Join with an authenticator app">
      {stage.at === 'password' && (
        <>
          <Notice title="A key is better."><p>Codes never count for what is high or critical, and they can be typed into the wrong page. You can add a key later.</p></Notice>
          <form onSubmit={(event) => { event.preventDefault(); attempt(async () => setStage({ at: 'scan', shown: await call<AppShown>('POST', '/api/v1/invitation/app/begin', { token, label: 'Authenticator app' }) })) }}>
            <Field label="Sign-in name" value={login} onValue={setLogin} autoComplete="username" maxLength={254} help="Empty, if whoever invited you gave you one." />
            <Field label="Password" value={password} onValue={setPassword} secret maxLength={1024} autoComplete="new-password" help="Long is better than strange: several words are good. It never lets anybody in without a code." />
            <div class="actions"><Button submit busy={busy}>Go on</Button><Button look="plain" onPress={onBack}>Back</Button></div>
          </form>
        </>
      )}
      {stage.at === 'scan' && <ScanAndConfirm shown={stage.shown} busy={busy} onCodes={(codes) => confirm(stage.shown, codes)} />}
      {stage.at === 'done' && (
        <>
          <h2>Tell {inviter} this code</h2>
          <p>By telephone or in person: not over the way that brought you the link.</p>
          <p><Code of={stage.pending.fingerprint} large /></p>
          <p>They type it and touch their key. Then you can <Link to="/sign-in">sign in</Link> as <b><Text of={stage.login} /></b>.</p>
        </>
      )}
      {problem !== null && <ProblemNotice problem={problem} />}
    </section>
  )
}
