/** Vouching for the authenticator app of somebody who has no key, by the code that they told. */
import { useState } from 'preact/hooks'
import { Refused } from '../ceremony/refused.tsx'
import { Button } from '../parts/button.tsx'
import { Field } from '../parts/field.tsx'
import { Notice, ProblemNotice } from '../parts/notice.tsx'
import { Text } from '../parts/text.tsx'
import { Ago } from '../parts/time.tsx'
import { signFor } from './add-app.tsx'
import { useVouching } from './use-vouching.ts'

export function VouchApp({ app, name, onDone }: { app: { id: string; label: string; createdAt: string }; name: string; onDone: () => void }) {
  const [typed, setTyped] = useState('')
  const { busy, problem, refusal, vouch } = useVouching(() => signFor(app.id, typed), onDone)
  return (
    <div class="vouch">
      <Notice tone="amber" title="An authenticator app waits for your word."><p>"<Text of={app.label} />" was set up <Ago at={app.createdAt} />. Whoever holds it will act as <Text of={name} />, for what a code is enough for.</p></Notice>
      <form onSubmit={(event) => { event.preventDefault(); if (typed.trim() !== '') vouch() }}>
        <Field label={`The code that ${name} told you`} value={typed} onValue={setTyped} code placeholder="XXXX-XXXX-XXXX" maxLength={20} />
        <div class="actions"><Button submit icon="key" busy={busy}>{busy ? 'Waiting for your key' : 'Vouch for this app'}</Button></div>
      </form>
      {problem !== null && <ProblemNotice problem={problem} />}
      {refusal !== null && <Refused refusal={refusal} />}
    </div>
  )
}
