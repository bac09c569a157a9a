/** Secrets that stand in a state, by address and never by value, each with what to use instead. */
import { call } from '../../api/call.ts'
import type { SecretFinding, VersionFactsView, WorkspaceView } from '../../api/state-views.ts'
import { useResource } from '../../api/use-resource.ts'
import { Notice, ProblemNotice } from '../../parts/notice.tsx'
import { Loading } from '../../parts/page.tsx'
import { counted } from '../../parts/size.ts'
import { Text } from '../../parts/text.tsx'

const whyWords: Record<SecretFinding['why'], string> = {
  type: 'known by the type of the resource', name: 'known by its name', pattern: 'looks like one', entropy: 'looks random', sensitive: 'marked as sensitive',
}

export function Secrets({ workspace: { name, version } }: { workspace: WorkspaceView }) {
  const path = `/api/v1/state/workspaces/${encodeURIComponent(name)}/versions/${version}`
  const [facts, again] = useResource(async (signal) => (version === 0 ? null : call<VersionFactsView>('GET', path, undefined, signal)), path)
  return (
    <section class="section" aria-labelledby="secrets-title">
      <h2 id="secrets-title">Secrets found in version {version}</h2>
      {facts.state === 'loading' && <Loading what="what was found" />}
      {facts.state === 'failed' && <ProblemNotice problem={facts.problem} again={again} />}
      {facts.state === 'ready' && <Found view={facts.value} />}
    </section>
  )
}

function Found({ view }: { view: VersionFactsView | null }) {
  const facts = view?.facts ?? null
  if (facts === null || view?.opaque === true) return <p class="empty">Nothing is known of its content.</p>
  if (facts.secrets.length === 0) return <Notice tone="green" title="No secret was found."><p>One that does not look like one, and is not marked as one, is not found.</p></Notice>
  const byAddress = new Map<string, SecretFinding[]>()
  for (const one of facts.secrets) byAddress.set(one.address, [...(byAddress.get(one.address) ?? []), one])
  return (
    <>
      <p class="quiet">Whoever reads the whole state reads these. Their values are not shown here.</p>
      <ul class="list secrets">
        {[...byAddress].map(([address, findings]) => (
          <li key={address}>
            <h3 class="address"><Text of={address} /></h3>
            <ul>{findings.map((one) => <li key={one.path}><Finding one={one} /></li>)}</ul>
            {[...new Set(findings.map(({ advice }) => advice))].filter((advice) => advice !== '').map((advice) => <p key={advice} class="instead"><b>Instead:</b> <Text of={advice} /></p>)}
          </li>
        ))}
      </ul>
      {facts.secretsOmitted > 0 && <p class="foot-note">And {counted(facts.secretsOmitted, 'more secret')}.</p>}
    </>
  )
}

function Finding({ one }: { one: SecretFinding }) {
  return <p class="finding">{one.path !== '' && <code class="break"><Text of={one.path} /></code>} <span>{one.kind}</span> <span class="quiet small">{whyWords[one.why]}</span></p>
}
