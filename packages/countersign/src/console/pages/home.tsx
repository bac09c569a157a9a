/** Home: what waits for the person, a field for a code, and what ran lately. */
import { parseSubject } from '@countersign/proof'
import { call } from '../api/call.ts'
import { useResource } from '../api/use-resource.ts'
import type { MemberView, RunView, SessionView, WaitingView } from '../api/views.ts'
import { CodeForm } from '../ceremony/code-form.tsx'
import { Button } from '../parts/button.tsx'
import { Code } from '../parts/code.tsx'
import { Icon } from '../parts/icon.tsx'
import { Link } from '../parts/link.tsx'
import { Notice, ProblemNotice } from '../parts/notice.tsx'
import { Loading, PageFrame } from '../parts/page.tsx'
import { Text } from '../parts/text.tsx'
import { countdown, useNow, When } from '../parts/time.tsx'
import { useWaitingChange } from '../session/waiting.ts'
import { useAsk } from './ask-change.ts'
import { RunRow } from './run-row.tsx'
import { stateTitle } from '../ceremony/words-state.ts'

export function HomePage({ session }: { session: SessionView }) {
  const [waiting, again] = useResource((signal) => call<{ waiting: WaitingView[] }>('GET', '/api/v1/ceremonies', undefined, signal), 'waiting')
  useWaitingChange(again)
  const [runs] = useResource((signal) => call<{ runs: RunView[] }>('GET', '/api/v1/runs?limit=5', undefined, signal), 'runs')
  return (
    <PageFrame title="Waiting for you" lead={<>Signed in as <Text of={session.person.name} />.</>}>
      <OwnRecovery />
      {waiting.state === 'loading' && <Loading what="what waits for you" />}
      {waiting.state === 'failed' && <ProblemNotice problem={waiting.problem} again={again} />}
      {waiting.state === 'ready' && <Waiting items={waiting.value.waiting} />}
      <section class="section card">
        <CodeForm />
      </section>
      <section class="section" aria-labelledby="recent-title">
        <div class="section-head"><h2 id="recent-title">Recent runs</h2><Link to="/runs">All runs</Link></div>
        {runs.state === 'failed' && <ProblemNotice problem={runs.problem} />}
        {runs.state === 'ready' && runs.value.runs.length === 0 && <div class="empty"><p>Nothing has run yet.</p><p class="small">In a directory with Terraform files: <code>countersign apply</code></p></div>}
        {runs.state === 'ready' && runs.value.runs.length > 0 && <ul class="list">{runs.value.runs.map((run) => <li key={run.id}><RunRow run={run} /></li>)}</ul>}
      </section>
    </PageFrame>
  )
}

/** Somebody says that this person has lost their keys. Whoever reads this with one of them can say no. */
function OwnRecovery() {
  const [me] = useResource((signal) => call<MemberView>('GET', '/api/v1/members/me', undefined, signal), 'me')
  const { busy, problem, ask } = useAsk()
  if (me.state !== 'ready' || me.value.recovery === null) return null
  return (
    <Notice tone="red" alert title="Somebody has started to let a new key in for you.">
      <p>If you did not ask for it, stop it now: from <When at={me.value.recovery.opensAt} /> on your own keys can be replaced.</p>
      <div class="actions"><Button icon="hand" busy={busy} onPress={() => ask(`/api/v1/members/${me.value.id}/recovery`, { change: 'veto' })}>Veto it</Button></div>
      {problem !== null && <ProblemNotice problem={problem} />}
    </Notice>
  )
}

function Waiting({ items }: { items: WaitingView[] }) {
  if (items.length === 0) {
    return (
      <div class="empty">
        <p><b>Nothing waits for you.</b></p>
        <p class="small">When you run <code>countersign apply</code>, what needs your touch appears here.</p>
      </div>
    )
  }
  return <ul class="list">{items.map((item) => <li key={item.code}><WaitingRow item={item} /></li>)}</ul>
}

/** One line, from the statement where it can be read; a statement that cannot is still listed, and refused on its own page. */
function titleOf(item: WaitingView): string {
  try {
    const subject = parseSubject(item.subject)
    if (subject.kind === 'run') return `${subject.scope === 'destroy' ? 'Tear down' : 'Change'} ${subject.workspace.name}`
    if (subject.kind === 'state') return stateTitle(subject)
    if (subject.kind === 'policy') return 'Change the policy'
    if (subject.kind === 'revocation') return 'Remove a key'
    if (subject.kind === 'role') return `${subject.change === 'grant' ? 'Make' : 'No longer'} ${subject.person.name} ${subject.role}${subject.scope === '' ? '' : ` of ${subject.scope}`}`
    if (subject.kind === 'removal') return 'Remove a person'
    if (subject.kind === 'recovery') return subject.change === 'start' ? 'Start a recovery' : 'Veto a recovery'
    if (subject.kind === 'link') return 'Link two identities'
    return `A ${subject.kind} statement`
  } catch {
    return `A ${item.kind} statement that this page cannot read`
  }
}

function WaitingRow({ item }: { item: WaitingView }) {
  const now = useNow(1000)
  return (
    <Link to={`/c/${item.code}`} class="row-link">
      <span class="tone-amber"><Icon name="clock" /></span>
      <span class="row-main">
        <span class="row-title"><Text of={titleOf(item)} /></span>
        <span class="row-sub row-line">asked by <Text of={item.requester.name} />{item.typeCode && ', on another computer'}</span>
      </span>
      <span class="row-end">
        {item.typeCode ? <span class="quiet small">code in your terminal</span> : <Code of={item.code} />}
        <span class="row-sub row-line">{countdown(Date.parse(item.expiresAt) - now)} left</span>
      </span>
    </Link>
  )
}
