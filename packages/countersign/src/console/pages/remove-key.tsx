/** Removing a key asks for a countersignature like anything else: this only says why, and leads to the ceremony. */
import { useState } from 'preact/hooks'
import { call } from '../api/call.ts'
import { asProblem } from '../api/problem.ts'
import type { Problem } from '../api/problem.ts'
import { Button } from '../parts/button.tsx'
import { Notice, ProblemNotice } from '../parts/notice.tsx'
import { Text } from '../parts/text.tsx'
import { navigate } from '../router.ts'

const reasons = [
  ['removed', 'I no longer use it'],
  ['lost', 'It is lost'],
  ['compromised', 'Somebody else may have it'],
] as const

export function RemoveKey({ id, label, only, onBack }: { id: string; label: string; only: boolean; onBack: () => void }) {
  const [reason, setReason] = useState<(typeof reasons)[number][0]>('removed')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  if (only) {
    return (
      <div class="remove appear">
        <Notice tone="amber" title="This is your only key."><p>Without it you could not sign in again. Add another one first.</p></Notice>
        <div class="actions"><Button look="plain" onPress={onBack}>Back</Button></div>
      </div>
    )
  }
  const ask = (): void => {
    setBusy(true)
    setProblem(null)
    call<{ code: string }>('POST', `/api/v1/authenticators/${encodeURIComponent(id)}/revocation`, { reason })
      .then(({ code }) => navigate(`/c/${code}`), (error: unknown) => setProblem(asProblem(error)))
      .finally(() => setBusy(false))
  }
  return (
    <div class="remove appear">
      <fieldset>
        <legend>Why is "<Text of={label} />" removed?</legend>
        {reasons.map(([value, words]) => (
          <label key={value} class="check">
            <input type="radio" name={`reason-${id}`} value={value} checked={reason === value} onChange={() => setReason(value)} />
            <span>{words}</span>
          </label>
        ))}
      </fieldset>
      {problem !== null && <ProblemNotice problem={problem} />}
      <div class="actions">
        <Button busy={busy} onPress={ask}>Go on: it is countersigned</Button>
        <Button look="plain" onPress={onBack}>Back</Button>
      </div>
    </div>
  )
}
