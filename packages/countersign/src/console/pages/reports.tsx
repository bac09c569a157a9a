/** What people said they had not asked for: shown to those who look after them, and nothing where there is none. */
import { call } from '../api/call.ts'
import { useResource } from '../api/use-resource.ts'
import type { ReportView } from '../api/views.ts'
import { Icon } from '../parts/icon.tsx'
import { ProblemNotice } from '../parts/notice.tsx'
import { Text } from '../parts/text.tsx'
import { When } from '../parts/time.tsx'

export function Reports() {
  const [reports, again] = useResource((signal) => call<{ reports: ReportView[] }>('GET', '/api/v1/reports', undefined, signal), 'reports')
  if (reports.state === 'failed') return <ProblemNotice problem={reports.problem} again={again} />
  if (reports.state === 'loading' || reports.value.reports.length === 0) return null
  return (
    <section class="section" aria-labelledby="reports">
      <h2 id="reports">Reported: "I didn't ask for this"</h2>
      <ul class="list">
        {reports.value.reports.map((one) => (
          <li key={one.code}>
            <div class="key">
              <span class="key-sign tone-red"><Icon name="hand" /></span>
              <div class="key-main">
                <h3 class="row-title"><span>In the name of <Text of={one.requester.name} /></span></h3>
                <p class="row-sub">asked <When at={one.askedAt} /> from <Text of={one.source.client} /> at <Text of={one.source.address} />; denied and reported <When at={one.reportedAt} /></p>
                <p class="row-sub">The terminal that asked was signed out. Code <code>{one.code}</code></p>
              </div>
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}
