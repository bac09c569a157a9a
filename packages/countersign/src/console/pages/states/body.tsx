/** The state itself, without its secrets, for whoever asks: through the gate, and in the audit log each time. What was read is kept nowhere but on the screen. */
import { useEffect, useState } from 'preact/hooks'
import { fetchBytes } from '../../api/call.ts'
import type { StateRequestView, WorkspaceView } from '../../api/state-views.ts'
import { Button } from '../../parts/button.tsx'
import { ProblemNotice } from '../../parts/notice.tsx'
import { sizeWords } from '../../parts/size.ts'
import { Text } from '../../parts/text.tsx'
import { request, toCeremony, useStateAsk } from './ask.ts'

/** More than this is not drawn; it can be downloaded. Characters. */
const DRAWN = 200_000
const action = 'state.read-redacted'

export function Body({ workspace, open, onRead }: { workspace: WorkspaceView; open: StateRequestView[]; onRead: () => void }) {
  const [text, setText] = useState<string | null>(null)
  const { busy, problem, attempt } = useStateAsk()
  const granted = open.find((one) => one.action === action && (one.status === 'granted' || one.status === 'allowed'))
  const read = (): void => attempt(async () => {
    const view = granted ?? (await request({ action, workspace: workspace.name, purpose: 'looked at in the console' }))
    if (view.status === 'waiting') return toCeremony(view)
    const bytes = await fetchBytes(`/api/v1/state/requests/${view.id}/redeem`, undefined, 'POST')
    setText(new TextDecoder().decode(bytes))
    onRead()
  })
  return (
    <section class="section" aria-labelledby="body-title">
      <h2 id="body-title">Its content, without secrets</h2>
      {text === null ? (
        <>
          <p class="quiet">{granted === undefined ? 'Values that are known or suspected to be secret are taken out. That you read it is written into the audit log.' : 'Your reading was countersigned: it may be shown once.'}</p>
          <div class="actions"><Button look="plain" icon="eye" busy={busy} onPress={read}>{granted === undefined ? 'Show it' : 'Show it now'}</Button></div>
        </>
      ) : <Shown text={text} name={workspace.name} onHide={() => setText(null)} />}
      {problem !== null && <ProblemNotice problem={problem} />}
    </section>
  )
}

function Shown({ text, name, onHide }: { text: string; name: string; onHide: () => void }) {
  const [address, setAddress] = useState('')
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
    setAddress(made)
    return () => URL.revokeObjectURL(made)
  }, [text])
  return (
    <>
      {text.length > DRAWN && <p class="quiet small">The first {sizeWords(DRAWN)} of {sizeWords(text.length)} are shown.</p>}
      <pre class="text-block state-body" tabIndex={0} aria-label="The state without its secrets"><Text of={text.slice(0, DRAWN)} lines /></pre>
      <div class="actions">
        <Button look="plain" onPress={onHide}>Hide it</Button>
        {address !== '' && <a class="link-button" href={address} download={`${name.replaceAll(/[^\w.-]+/gu, '-')}-redacted.json`}>Download</a>}
      </div>
    </>
  )
}
