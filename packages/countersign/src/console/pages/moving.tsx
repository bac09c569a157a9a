/** While the installation moves: at the old address a person gets the link to make a key at the new one, and vouches for it here. */
import { useState } from 'preact/hooks'
import { formatCode, parseCode } from '@countersign/proof'
import { call } from '../api/call.ts'
import { useResource } from '../api/use-resource.ts'
import type { KeysView, Signing, SitesView } from '../api/views.ts'
import { inspectSubject } from '../ceremony/inspect.ts'
import { Refusal } from '../ceremony/refusal.ts'
import { Refused } from '../ceremony/refused.tsx'
import { checkSigning } from '../ceremony/sign.ts'
import { Button, Command } from '../parts/button.tsx'
import { Field } from '../parts/field.tsx'
import { Notice, ProblemNotice } from '../parts/notice.tsx'
import { Text } from '../parts/text.tsx'
import { askForTouch } from '../session/touch.ts'
import { useAsk } from './ask-change.ts'
import { useVouching } from './use-vouching.ts'

export function Moving({ pending, onDone }: { pending: KeysView['pendingKey']; onDone: () => void }) {
  const [sites] = useResource((signal) => call<SitesView>('GET', '/api/v1/sites', undefined, signal), 'sites')
  const [link, setLink] = useState<string | null>(null)
  const { busy, problem, attempt } = useAsk()
  const main = sites.state === 'ready' ? sites.value.served[0] : undefined
  if (main === undefined || main === location.origin) return null
  return (
    <Notice tone="amber" title="Countersign is moving.">
      <p>The new address is <b><Text of={main} /></b>. Keys do not move with it: make one there with the help of the key that you have here.</p>
      {pending !== null && <Finish pending={pending} onDone={onDone} />}
      {link !== null && pending === null && <><Command of={link} /><p>Open it, make the key, come back, and load this page again: it will ask for the code that you are shown.</p></>}
      {link === null && pending === null && <div class="actions"><Button icon="key" busy={busy} onPress={() => attempt(async () => setLink((await call<{ link: string }>('POST', '/api/v1/authenticators/move', {})).link))}>Make a key there</Button></div>}
      {problem !== null && <ProblemNotice problem={problem} />}
    </Notice>
  )
}

function Finish({ pending, onDone }: { pending: { id: string; label: string }; onDone: () => void }) {
  const [typed, setTyped] = useState('')
  const { busy, problem, refusal, vouch } = useVouching(() => sign(pending.id, typed), onDone)
  return (
    <form onSubmit={(event) => { event.preventDefault(); if (typed.trim() !== '') vouch() }}>
      <Field label={`The code that you were shown for "${pending.label}"`} value={typed} onValue={setTyped} code placeholder="XXXX-XXXX-XXXX" maxLength={20} />
      <div class="actions"><Button submit icon="key" busy={busy}>{busy ? 'Waiting for your key' : 'Vouch for it with your key'}</Button></div>
      {problem !== null && <ProblemNotice problem={problem} />}
      {refusal !== null && <Refused refusal={refusal} />}
    </form>
  )
}

async function sign(id: string, typed: string): Promise<void> {
  const at = `/api/v1/authenticators/move/${encodeURIComponent(id)}`
  const begun = await call<Signing & { ceremony: string; subject: string }>('POST', `${at}/begin`, { code: typed })
  const { subject } = await inspectSubject({ subject: begun.subject, code: formatCode(parseCode(typed)) })
  if (subject.kind !== 'registration' || subject.authenticator !== id || subject.person.id !== subject.voucher.person) throw new Refusal('key_differs')
  await checkSigning(begun, { subject: begun.subject, instance: subject.instance, person: subject.voucher.person, role: 'voucher', slot: null })
  const response = await askForTouch(begun.options)
  await call('POST', `${at}/finish`, { ceremony: begun.ceremony, response })
}
