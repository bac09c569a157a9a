/**
 * What came of a countersignature over a state. The gate knows that it was given; whether it had its effect, the state door says:
 * between the question and the touch another version may have become current, and then nothing was changed.
 */
import { flooredActions, parseSubject } from '@countersign/proof'
import type { StateSubject } from '@countersign/proof'
import { call } from '../api/call.ts'
import { useResource } from '../api/use-resource.ts'
import type { CeremonyView } from '../api/views.ts'
import { Text } from '../parts/text.tsx'

export function stateSubjectOf(view: Pick<CeremonyView, 'kind' | 'subject'>): StateSubject | null {
  if (view.kind !== 'state') return null
  try {
    const subject = parseSubject(view.subject)
    return subject.kind === 'state' ? subject : null
  } catch {
    return null
  }
}

/** Where it goes on after the touch; an effect that is at once is read from the state door. */
export function StateOutcome({ subject, self }: { subject: StateSubject; self: boolean }) {
  if (flooredActions.has(subject.action) && subject.action !== 'state.import') return <AtOnce request={subject.request} />
  if (subject.executor === '') return <>Go back to the page where it was asked.</>
  return <>{self ? 'Go back to your terminal: it goes on by itself.' : 'The terminal of the person who asked goes on by itself.'}</>
}

type Result = { result: { version: number; refused: string; next: string } | null }

function AtOnce({ request }: { request: string }) {
  const [loaded] = useResource((signal) => call<Result>('GET', `/api/v1/state/requests/${request}`, undefined, signal), request)
  if (loaded.state === 'loading') return <>Looking whether it has taken effect.</>
  if (loaded.state === 'failed' || loaded.value.result === null) return <>Whether it has taken effect stands on the page of the workspace.</>
  const { refused, next, version } = loaded.value.result
  if (refused !== '') return <><b><Text of={refused} /></b> <Text of={next} /></>
  return <>It is in effect{version > 0 ? `: version ${version}` : ''}.</>
}
