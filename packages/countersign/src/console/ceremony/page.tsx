/**
 * The ceremony: the page on which a person decides. It shows only what `inspect` established from bytes, and offers the
 * button only then.
 */
import { formatCode, isStateCredential, parseCode } from '@countersign/proof'
import { useEffect, useState } from 'preact/hooks'
import type { CeremonyView, SessionView } from '../api/views.ts'
import { Code } from '../parts/code.tsx'
import { Link } from '../parts/link.tsx'
import { Notice, ProblemNotice } from '../parts/notice.tsx'
import { Heading, Loading, useTitle } from '../parts/page.tsx'
import { Text } from '../parts/text.tsx'
import { useNow } from '../parts/time.tsx'
import { Decide } from './decide.tsx'
import { End } from './end.tsx'
import { Facts } from './facts.tsx'
import type { Inspection, Statement } from './inspect.ts'
import { NotYours } from './not-yours.tsx'
import { Refused } from './refused.tsx'
import { OtherSentence, OtherStatement, PolicyStatement } from './statement-other.tsx'
import { StateSentence, StateStatement, StateTags } from './statement-state.tsx'
import { Bound, RunChanges, RunCounts, RunSentence, RunTags } from './statement-run.tsx'
import { TimeLeft } from './time-left.tsx'
import { takeTyped } from './typed.ts'
import { useCeremony } from './use-ceremony.ts'
import type { Ceremony } from './use-ceremony.ts'

export function CeremonyPage({ code, session }: { code: string; session: SessionView }) {
  let proper: string
  try {
    proper = formatCode(parseCode(code))
  } catch {
    return <NoCode code={code} />
  }
  return <Follow key={proper} code={proper} session={session} />
}

function NoCode({ code }: { code: string }) {
  useTitle('Not a code')
  return (
    <main id="main" class="page narrow">
      <Heading>This is not a code</Heading>
      <p class="lead">"<Text of={code} />" is not a code of Countersign. A code has twelve letters and digits, like K7QF-2M9D-4XWT.</p>
      <p class="end-links"><Link to="/c">Type the code</Link></p>
    </main>
  )
}

function Follow({ code, session }: { code: string; session: SessionView }) {
  const ceremony = useCeremony(code)
  const [typed] = useState(() => takeTyped(code))
  const { seen } = ceremony
  const hide = seen.state !== 'loading' && seen.state !== 'failed' && seen.view.typeCode && typed === null
  useTitle('Countersign')
  // The address holds the code: where it has to come from the terminal, it must not be read off the address bar.
  useEffect(() => {
    if (hide) history.replaceState(null, '', '/c')
  }, [hide])

  if (seen.state === 'loading') return <main id="main" class="page wide"><Loading what="the statement and its plan" /></main>
  if (seen.state === 'failed') {
    return (
      <main id="main" class="page narrow">
        <Heading>Nothing to countersign here</Heading>
        <ProblemNotice problem={seen.problem} again={ceremony.again} />
        <p class="end-links"><Link to="/c">Type another code</Link><Link to="/">What waits for you</Link></p>
      </main>
    )
  }
  if (seen.view.status !== 'waiting') return <main id="main" class="page narrow"><End view={seen.view} status={seen.view.status} reported={ceremony.reported} /></main>
  return <Waiting ceremony={ceremony} view={seen.view} typed={typed} session={session} />
}

function Waiting({ ceremony, view, typed, session }: { ceremony: Ceremony; view: CeremonyView; typed: string | null; session: SessionView }) {
  const { seen } = ceremony
  const over = useNow(1000) >= Date.parse(view.expiresAt)
  if (over) return <main id="main" class="page narrow"><End view={view} status="expired" reported={false} /></main>
  const mustType = view.typeCode && typed === null
  return (
    <main id="main" class="ceremony">
      <div class="ceremony-body">
        <header class="ceremony-head">
          {mustType ? <CodeElsewhere wire={seen.state === 'ready' && isWire(seen.inspection.statement)} /> : <p class="code-line"><span class="eyebrow">What you sign</span><Code of={view.code} large />{(view.kind === 'run' || view.kind === 'policy') && <span class="code-help">Compare it with your terminal: it must be the same.</span>}</p>}
          {seen.state === 'ready' ? <Sentence inspection={seen.inspection} view={view} /> : <Heading>This cannot be countersigned</Heading>}
        </header>
        {view.you.may && <SkipToDecision />}
        {seen.state === 'refused' && <Refused refusal={seen.refusal} />}
        {seen.state === 'ready' && <StatementBody inspection={seen.inspection} />}
      </div>
      <div class="ceremony-side">
        {seen.state === 'ready' && <Facts view={view} subject={seen.inspection.statement.subject} />}
        <div class="decide-dock">
          {seen.state === 'ready' && !view.you.may ? (
            <NotYours view={view} person={session.person.id} />
          ) : (
            <Decide
              mustType={mustType}
              refused={seen.state === 'refused'}
              code={view.code}
              busy={ceremony.busy}
              problem={ceremony.problem}
              onCountersign={(now) => ceremony.sign(session.person.id, now ?? typed)}
              byCode={view.you.code ? (now, totp) => ceremony.sign(session.person.id, now ?? typed, totp) : null}
              onDeny={ceremony.deny}
            >
              <TimeLeft createdAt={view.createdAt} expiresAt={view.expiresAt} />
            </Decide>
          )}
        </div>
      </div>
    </main>
  )
}

/** For keyboards: a long list of changes must not stand between a person and the buttons. */
function SkipToDecision() {
  return <button type="button" class="skip-inline" onClick={() => document.getElementById('decide')?.focus()}>Skip to the decision</button>
}

/** Terraform is silent while it waits: it shows the code only when it has given up. */
const isWire = (statement: Statement): boolean => statement.kind === 'state' && isStateCredential(statement.subject.executor)

function CodeElsewhere({ wire }: { wire: boolean }) {
  return (
    <div class="code-line">
      <Notice tone="amber" title="This request began on another computer.">
        <p>{wire ? <>Terraform shows its code when it has waited for a while; <code>countersign watch</code> on that computer shows it at once.</> : 'Its code is in the terminal that asked.'} If no terminal of yours shows one, you did not ask for this.</p>
      </Notice>
    </div>
  )
}

function Sentence({ inspection: { statement }, view }: { inspection: Inspection; view: CeremonyView }) {
  return (
    <>
      <Heading>
        <SentenceOf statement={statement} requester={view.requester.name} />
      </Heading>
      {statement.kind === 'run' && <><RunCounts subject={statement.subject} /><RunTags subject={statement.subject} /></>}
      {statement.kind === 'state' && <StateTags subject={statement.subject} />}
    </>
  )
}

function SentenceOf({ statement, requester }: { statement: Statement; requester: string }) {
  if (statement.kind === 'run') return <RunSentence subject={statement.subject} requester={requester} />
  if (statement.kind === 'state') return <StateSentence subject={statement.subject} requester={requester} />
  return <OtherSentence subject={statement.subject} requester={requester} />
}

function StatementBody({ inspection: { statement, digest } }: { inspection: Inspection }) {
  switch (statement.kind) {
    case 'run':
      return <><RunChanges reading={statement.reading} subject={statement.subject} asking /><Bound subject={statement.subject} digest={digest} /></>
    case 'state':
      return <StateStatement subject={statement.subject} digest={digest} />
    case 'policy':
      return <PolicyStatement subject={statement.subject} from={statement.from} to={statement.to} />
    case 'other':
      return <OtherStatement subject={statement.subject} />
  }
}
