/** Taking an authenticator app into use: the picture and the secret, shown once, and two codes in a row. For a session and for an enrolment link. */
import { useState } from 'preact/hooks'
import type { AppShown } from '../api/views.ts'
import { Button } from '../parts/button.tsx'
import { Field } from '../parts/field.tsx'
import { Qr } from '../parts/qr.tsx'

type Props = { shown: AppShown; busy: boolean; onCodes: (codes: [string, string]) => void }

export function ScanAndConfirm({ shown, busy, onCodes }: Props) {
  const [first, setFirst] = useState('')
  const [second, setSecond] = useState('')
  return (
    <>
      <p>Scan this with an authenticator app. It is shown once; nobody else may see it.</p>
      <Qr rows={shown.picture} label="QR code for an authenticator app" />
      <details class="more after-command"><summary>I cannot scan it</summary><p class="small">Type this secret into the app (time-based, six digits):</p><p><code class="break">{shown.secret}</code></p></details>
      <form onSubmit={(event) => { event.preventDefault(); if (first.trim() !== '' && second.trim() !== '') onCodes([first.trim(), second.trim()]) }}>
        <Field label="The code that it shows" value={first} onValue={setFirst} digits maxLength={6} autoComplete="one-time-code" />
        <Field label="The next code" value={second} onValue={setSecond} digits maxLength={6} help="Wait until the app shows another one: at most half a minute." />
        <div class="actions"><Button submit busy={busy}>Confirm</Button></div>
      </form>
    </>
  )
}
