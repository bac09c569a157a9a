/** What a person should know of a workspace before anything else: what came of what they asked, what waits for them, what holds it, what froze it. */
import { useEffect } from 'preact/hooks'
import { commandOf } from '../../../plan/text/terraform-command.ts'
import type { LockView, StateRequestView } from '../../api/state-views.ts'
import type { SessionView } from '../../api/views.ts'
import { Button } from '../../parts/button.tsx'
import { Link } from '../../parts/link.tsx'
import { Notice, ProblemNotice } from '../../parts/notice.tsx'
import { Text } from '../../parts/text.tsx'
import { For, When } from '../../parts/time.tsx'
import type { WorkspacePart } from '../../router.ts'
import { workspacePath } from '../../router.ts'
import { forgetAsked, mayChange, useStateAsk } from './ask.ts'
import { Who } from './parts.tsx'
import { actionWords, lockWords, resultWords } from './words.ts'
import type { Seen } from './workspace.tsx'

export function Standing({ seen: { workspace, open, last }, session, part }: { seen: Seen; session: SessionView; part: WorkspacePart | null }) {
  const may = mayChange(session, workspace.name)
  const result = last === null ? null : resultWords(last)
  const told = result === null || last === null ? null : last.id
  // Said once: who leaves this workspace and comes back later finds how it stands then.
  useEffect(() => () => {
    if (told !== null) forgetAsked(workspace.name, told)
  }, [told, workspace.name])
  return (
    <div class="standing">
      {result !== null && (
        <Notice tone={result.good ? 'green' : 'amber'} title={result.title} alert>{result.next !== '' && <p><Text of={result.next} /></p>}</Notice>
      )}
      {open.filter(({ status }) => status === 'waiting').map((one) => <Open key={one.id} one={one} />)}
      {workspace.frozen !== null && part !== 'quarantine' && (
        <Notice tone="red" title="Frozen: nothing can be written.">
          <p>Since <When at={workspace.frozen.at} />, because {<Text of={workspace.frozen.why} />}. Plans and readings go on.</p>
          <p><Link to={`${workspacePath(workspace.name)}/quarantine`}>Decide about it</Link></p>
        </Notice>
      )}
      {workspace.lock !== null && part === 'state' && <Lock name={workspace.name} lock={workspace.lock} may={may} />}
    </div>
  )
}

function Open({ one }: { one: StateRequestView }) {
  return (
    <Notice tone="amber" title="Something waits for your countersignature.">
      <p>You asked, from <Text of={one.source} />, to {actionWords(one.action)} this workspace. <Link to={`/c/${one.code}`}>Look at it</Link></p>
    </Notice>
  )
}

function Lock({ name, lock, may }: { name: string; lock: LockView; may: boolean }) {
  const { busy, problem, ask } = useStateAsk()
  return (
    <section class="card held" aria-labelledby="lock-title">
      <h2 id="lock-title">{lockWords[lock.mode]}</h2>
      <dl class="facts tight-stack">
        <dt>By</dt><dd><b><Who of={lock.person} /></b>, <For since={lock.since} /><span class="sub">from <Text of={lock.source} /></span></dd>
        <dt>They say</dt><dd>{lock.operation === '' && lock.who === '' ? <i>nothing</i> : <>{lock.operation !== '' && <code><Text of={commandOf(lock.operation) ?? lock.operation} /></code>}{lock.who !== '' && <> as "<Text of={lock.who} />"</>}</>}<span class="sub">the client's own word</span></dd>
        {lock.run !== '' && <><dt>For</dt><dd><Link to={`/runs/${lock.run}`}>this run</Link></dd></>}
        <dt>At most until</dt><dd><When at={lock.capAt} />{lock.mode === 'write' && <span class="sub">a write after that is set aside</span>}</dd>
      </dl>
      {may && (
        <div class="actions">
          <Button look="plain" icon="hand" busy={busy} describedBy="end-lock" onPress={() => ask({ action: 'state.force-unlock', workspace: name })}>End this lock</Button>
          <p id="end-lock" class="quiet small">Whoever holds it may be at work. It is countersigned.</p>
        </div>
      )}
      {problem !== null && <ProblemNotice problem={problem} />}
    </section>
  )
}
