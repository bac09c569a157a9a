/** The wrong person, or one who has signed already: the statement may be read, and there is nothing to press. */
import type { CeremonyView } from '../api/views.ts'
import { Notice } from '../parts/notice.tsx'
import { Text } from '../parts/text.tsx'
import { TimeLeft } from './time-left.tsx'

export function NotYours({ view, person }: { view: CeremonyView; person: string }) {
  const mine = view.countersignatures.some((one) => one.person === person)
  return (
    <section class="decide" aria-label="Your part">
      <TimeLeft createdAt={view.createdAt} expiresAt={view.expiresAt} />
      <Notice tone={mine ? 'green' : 'amber'} title={mine ? 'Your countersignature is in.' : 'This is not yours to countersign.'}>
        <p>{mine ? 'It waits for others now.' : <Text of={view.you.reason} />}</p>
      </Notice>
    </section>
  )
}
