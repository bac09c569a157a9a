/** Something asks for a newer or stronger sign-in than this one: it is made here, and the page goes on where it was. */
import type { PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/browser'
import { useState } from 'preact/hooks'
import { call } from '../api/call.ts'
import { asProblem } from '../api/problem.ts'
import type { Problem } from '../api/problem.ts'
import { Button } from '../parts/button.tsx'
import { Notice, ProblemNotice } from '../parts/notice.tsx'
import { refreshSession } from '../session/session.ts'
import { askForTouch } from '../session/touch.ts'

/** Whether a fresh sign-in with a key would do. */
export function asksForSignIn(problem: Problem | null): boolean {
  return problem?.code === 'sign_in_too_old' || problem?.code === 'sign_in_too_weak'
}

async function signIn(): Promise<void> {
  const begun = await call<{ ceremony: string; options: PublicKeyCredentialRequestOptionsJSON }>('POST', '/api/v1/session/begin', {})
  const response = await askForTouch(begun.options)
  await call('POST', '/api/v1/session/finish', { ceremony: begun.ceremony, response })
  await refreshSession()
}

export function SignInAgain({ why, onDone }: { why: string; onDone: () => void }) {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const press = (): void => {
    setBusy(true)
    setProblem(null)
    signIn().then(onDone, (error: unknown) => setProblem(asProblem(error))).finally(() => setBusy(false))
  }
  return (
    <Notice tone="amber" title="Show once more that it is you." alert>
      <p>{why}</p>
      <div class="actions"><Button icon="key" busy={busy} onPress={press}>{busy ? 'Waiting for your key' : 'Sign in again'}</Button></div>
      {problem !== null && <ProblemNotice problem={problem} />}
    </Notice>
  )
}
