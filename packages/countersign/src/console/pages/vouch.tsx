/**
 * The second touch of an invitation: the inviter types the code that the person told them, and signs the statement that the key signed.
 * The code is not shown here: it has to come from the person.
 */
import { useState } from 'preact/hooks'
import { formatCode, parseCode } from '@countersign/proof'
import { call } from '../api/call.ts'
import type { MemberView, Signing } from '../api/views.ts'
import { inspectSubject } from '../ceremony/inspect.ts'
import { Refusal } from '../ceremony/refusal.ts'
import { Refused } from '../ceremony/refused.tsx'
import { checkSigning } from '../ceremony/sign.ts'
import { Button } from '../parts/button.tsx'
import { Field } from '../parts/field.tsx'
import { Notice, ProblemNotice } from '../parts/notice.tsx'
import { Text } from '../parts/text.tsx'
import { Ago } from '../parts/time.tsx'
import { askForTouch } from '../session/touch.ts'
import { useVouching } from './use-vouching.ts'

type Pending = NonNullable<MemberView['pending']>

export function Vouch({ pending, name, onDone }: { pending: Pending; name: string; onDone: () => void }) {
  const [typed, setTyped] = useState('')
  const { busy, problem, refusal, vouch } = useVouching(() => sign(pending.id, typed, name), onDone)
  return (
    <div class="vouch">
      <Notice tone="amber" title="A key waits for your word.">
        <p>"<Text of={pending.label} />" was made <Ago at={pending.createdAt} />, from <Text of={pending.client} /> at <Text of={pending.address} />. Whoever holds it will act as <Text of={name} />.</p>
        {pending.vouched && <p>They are to be an owner, and one owner has vouched for this key already. Ask <Text of={name} /> for the code yourself: whoever made the link could have made the key.</p>}
      </Notice>
      <form onSubmit={(event) => { event.preventDefault(); if (typed.trim() !== '') vouch() }}>
        <Field label={`The code that ${name} told you`} value={typed} onValue={setTyped} code placeholder="XXXX-XXXX-XXXX" maxLength={20} help="By telephone or in person, not over the way that took the link." />
        <div class="actions"><Button submit icon="key" busy={busy}>{busy ? 'Waiting for your key' : 'Vouch for this key'}</Button></div>
      </form>
      {problem !== null && <ProblemNotice problem={problem} />}
      {refusal !== null && <Refused refusal={refusal} />}
    </div>
  )
}

/** The statement's code is computed from its bytes here: what is signed is what the person read out. */
async function sign(id: string, typed: string, name: string): Promise<void> {
  const begun = await call<Signing & { ceremony: string; subject: string }>('POST', `/api/v1/pending-keys/${id}/begin`, { code: typed })
  const { subject } = await inspectSubject({ subject: begun.subject, code: formatCode(parseCode(typed)) })
  if (subject.kind !== 'registration' || subject.authenticator !== id || subject.person.name !== name) throw new Refusal('key_differs')
  await checkSigning(begun, { subject: begun.subject, instance: subject.instance, person: subject.voucher.person, role: 'voucher', slot: null })
  const response = await askForTouch(begun.options)
  await call('POST', `/api/v1/pending-keys/${id}/finish`, { ceremony: begun.ceremony, response })
}
