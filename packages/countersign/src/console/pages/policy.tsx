/** The policy in force: its text, its digest, its last change, and changes that wait for a countersignature. */
import { call } from '../api/call.ts'
import { useResource } from '../api/use-resource.ts'
import type { PolicyView, WaitingView } from '../api/views.ts'
import { Command } from '../parts/button.tsx'
import { Code, Digest } from '../parts/code.tsx'
import { Link } from '../parts/link.tsx'
import { Notice, ProblemNotice } from '../parts/notice.tsx'
import { Loading, PageFrame } from '../parts/page.tsx'
import { Text } from '../parts/text.tsx'
import { When } from '../parts/time.tsx'

export function PolicyPage() {
  const [policy, again] = useResource((signal) => call<PolicyView>('GET', '/api/v1/policy', undefined, signal), 'policy')
  const [waiting] = useResource((signal) => call<{ waiting: WaitingView[] }>('GET', '/api/v1/ceremonies', undefined, signal), 'waiting')
  const changes = waiting.state === 'ready' ? waiting.value.waiting.filter((item) => item.kind === 'policy') : []
  return (
    <PageFrame title="Policy" lead="Who must countersign what, and which workspace is which environment. It is a file; changing it is countersigned.">
      {changes.map((change) => (
        <Notice key={change.code} tone="amber" title="A change of the policy waits for a countersignature.">
          <p>Asked by <Text of={change.requester.name} />. {!change.typeCode && <Code of={change.code} />} <Link to={`/c/${change.code}`}>Look at it</Link></p>
        </Notice>
      ))}
      {policy.state === 'loading' && <Loading what="the policy" />}
      {policy.state === 'failed' && <ProblemNotice problem={policy.problem} again={again} />}
      {policy.state === 'ready' && (
        <>
          <dl class="facts tight-stack section">
            <dt>Last change</dt><dd><When at={policy.value.changedAt} />{policy.value.changedBy !== '' && <>, by <Text of={policy.value.changedBy} /></>}</dd>
            <dt>Digest</dt><dd><Digest of={policy.value.digest} /><span class="sub">every statement names it</span></dd>
          </dl>
          <section class="section" aria-labelledby="text-title">
            <h2 id="text-title">policy.yaml</h2>
            <pre class="text-block" tabIndex={0}><Text of={policy.value.yaml} lines /></pre>
          </section>
          <section class="section" aria-labelledby="change-title">
            <h2 id="change-title">Change it</h2>
            <p class="quiet">Save the text, edit it, then:</p>
            <Command of="countersign policy apply policy.yaml" />
          </section>
          <p class="foot-note"><Link to="/address">The address of this installation</Link></p>
        </>
      )}
    </PageFrame>
  )
}
