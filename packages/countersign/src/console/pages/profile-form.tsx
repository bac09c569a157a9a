/** What somebody signs in with who has no key, and where their notices go. */
import { useState } from 'preact/hooks'
import { call } from '../api/call.ts'
import type { MemberView } from '../api/views.ts'
import { Button } from '../parts/button.tsx'
import { Field } from '../parts/field.tsx'
import { Notice, ProblemNotice } from '../parts/notice.tsx'
import { useAsk } from './ask-change.ts'

export function ProfileForm({ one, onDone }: { one: MemberView; onDone: () => void }) {
  const [login, setLogin] = useState(one.profile?.login ?? '')
  const [email, setEmail] = useState(one.profile?.email ?? '')
  const [saved, setSaved] = useState(false)
  const { busy, problem, attempt } = useAsk()
  const save = async (): Promise<void> => {
    await call('POST', `/api/v1/members/${one.id}/profile`, { login: login.trim(), email: email.trim() })
    setSaved(true)
    onDone()
  }
  return (
    <form onSubmit={(event) => { event.preventDefault(); attempt(save) }}>
      <Field label="Sign-in name" value={login} onValue={setLogin} maxLength={254} help="For passwords and codes; keys need none." />
      <Field label="E-mail for notices" value={email} onValue={setEmail} maxLength={254} />
      {problem !== null && <ProblemNotice problem={problem} />}
      {saved && <Notice tone="green" title="Saved." />}
      <div class="actions"><Button look="plain" submit busy={busy}>Save</Button></div>
    </form>
  )
}
