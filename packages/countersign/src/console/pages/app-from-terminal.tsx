/**
 * An authenticator app that a terminal has set up. Whoever stole that terminal could have: so nothing here lets it in but the code
 * that the terminal showed, typed by its person, and then their key.
 */
import { useState } from 'preact/hooks'
import { call } from '../api/call.ts'
import type { PendingAppView } from '../api/views.ts'
import { Refused } from '../ceremony/refused.tsx'
import { Button } from '../parts/button.tsx'
import { Field } from '../parts/field.tsx'
import { Link } from '../parts/link.tsx'
import { Notice, ProblemNotice } from '../parts/notice.tsx'
import { Text } from '../parts/text.tsx'
import { Ago } from '../parts/time.tsx'
import { signFor } from './add-app.tsx'
import { useVouching } from './use-vouching.ts'

export function AppFromTerminal({ pending, hasKey, onDone }: { pending: PendingAppView; hasKey: boolean; onDone: () => void }) {
  const [typed, setTyped] = useState('')
  const { busy, problem, refusal, vouch, attempt } = useVouching(() => signFor(pending.id, typed), onDone)
  const drop = async (): Promise<void> => {
    await call('DELETE', `/api/v1/authenticator-apps/${encodeURIComponent(pending.id)}`)
    onDone()
  }
  return (
    <>
      <Notice tone="amber" title="A terminal set it up."><p><Text of={pending.fromTerminal} />, <Ago at={pending.createdAt} />. If that was not you, take it back and look at <Link to="/sessions">where you are signed in</Link>.</p></Notice>
      <form onSubmit={(event) => { event.preventDefault(); if (hasKey && typed.trim() !== '') vouch() }}>
        {hasKey
          ? <Field label="The code that your terminal shows" value={typed} onValue={setTyped} code placeholder="XXXX-XXXX-XXXX" maxLength={20} />
          : <p>Tell the code that your terminal shows to whoever invited you, or to an owner, by telephone or in person.</p>}
        <div class="actions">
          {hasKey && <Button submit icon="key" busy={busy}>{busy ? 'Waiting for your key' : 'Touch your key'}</Button>}
          <Button look="plain" busy={busy} onPress={() => attempt(drop)}>Take it back</Button>
        </div>
      </form>
      {problem !== null && <ProblemNotice problem={problem} />}
      {refusal !== null && <Refused refusal={refusal} />}
    </>
  )
}
