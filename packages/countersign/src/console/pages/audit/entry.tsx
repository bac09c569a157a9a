/** One entry closely: what it says, what lies beside it, and each step of its proof as this browser went it. */
import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import { kinds, outcomes, type Checked } from '../../../leaves/index.ts'
import { useResource } from '../../api/use-resource.ts'
import { Digest } from '../../parts/code.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Link } from '../../parts/link.tsx'
import { Notice, ProblemNotice } from '../../parts/notice.tsx'
import { Loading, PageFrame } from '../../parts/page.tsx'
import { counted } from '../../parts/size.ts'
import { Text } from '../../parts/text.tsx'
import { Ago, When } from '../../parts/time.tsx'
import { isSound, loadEntry, type FoundOne, type Standing } from './load.ts'
import { addressOf, nothing, type Search } from './query.ts'
import { Name, OutcomeState, ProofState } from './row.tsx'
import { StandingAlarm, StandingCard } from './standing.tsx'
import { brokenWords, idWords, saysOf } from './words.ts'

export function EntryPage({ index, search }: { index: number; search: Search }) {
  const [one, again] = useResource((signal) => loadEntry(index, signal), String(index))
  useEffect(() => scrollTo(0, 0), [])
  return (
    <PageFrame title={`Entry ${index} of the audit log`} heading={one.state === 'ready' ? <Text of={saysOf(one.value.checked)} /> : `Entry ${index}`}
      lead={<>Entry {index.toLocaleString('en')} of the audit log</>} aside={one.state === 'ready' ? <ProofState checked={one.value.checked} sound={isSound(one.value.standing)} /> : undefined}>
      <nav class="entry-ways" aria-label="Entries">
        <Link to={addressOf(search)}>Back to the list</Link>
        {index > 0 && <Link to={addressOf(search, index - 1)}>The one before</Link>}
        {one.state === 'ready' && index + 1 < one.value.standing.head.size && <Link to={addressOf(search, index + 1)}>The one after</Link>}
      </nav>
      {one.state === 'loading' && <Loading what="the entry, and checking it" />}
      {one.state === 'failed' && <ProblemNotice problem={one.problem} again={again} />}
      {one.state === 'ready' && <Closely one={one.value} again={again} />}
    </PageFrame>
  )
}

function Closely({ one: { checked, standing, people }, again }: { one: FoundOne; again: () => void }) {
  return (
    <>
      <StandingAlarm standing={standing} again={again} />
      {checked.broken.map((broken) => (
        <Notice key={broken} tone="red" alert title={brokenWords[broken].short}>
          <p>{brokenWords[broken].long} Do not act on it. Keep what you see here, and tell whoever runs this server: <code>countersign audit verify</code> on its own computer says what was changed.</p>
        </Notice>
      ))}
      <section class="card section" aria-labelledby="says-title">
        <h2 id="says-title">What it says</h2>
        <Says checked={checked} people={people} />
      </section>
      <section class="section" aria-labelledby="details-title">
        <h2 id="details-title">Details</h2>
        <Details checked={checked} />
      </section>
      <section class="section" aria-labelledby="proof-title">
        <h2 id="proof-title">The proof, step by step</h2>
        <Proof checked={checked} standing={standing} />
        <StandingCard standing={standing} />
      </section>
    </>
  )
}

function Says({ checked, people }: { checked: Checked; people: Record<string, string> }) {
  const { leaf, said, outcome, workspace, named, person } = checked
  if (leaf === null || said === null) return <p class="was">This page cannot read it. Its text stands below, as it is.</p>
  const at = new Date(said.at).toISOString()
  return (
    <dl class="facts tight-stack">
      <dt>When</dt><dd><When at={at} /> <span class="quiet">(<Ago at={at} />)</span><span class="sub">{at}, by the server's clock</span></dd>
      <dt>Outcome</dt><dd><OutcomeState outcome={outcome} /><span class="sub">{outcome === null ? 'Its details would say it.' : outcomes[outcome].says}</span></dd>
      {workspace !== '' && <><dt>Workspace</dt><dd><span class="id-line"><Text of={workspace} /><Link to={addressOf({ ...nothing, workspace })}>All entries of it</Link></span>{!named && <span class="sub">of the request it belongs to; the entry itself does not name it</span>}</dd></>}
      {person !== '' && <><dt>Person</dt><dd><Name id={person} people={people} /><span class="sub"><Text of={person} /></span></dd></>}
      <dt>Type</dt><dd><code><Text of={leaf.type} /></code>{Object.hasOwn(kinds, leaf.type) ? null : <span class="sub">This page has no words for it.</span>}</dd>
      {Object.entries(leaf.ids).filter(([name]) => name !== 'person').map(([name, id]) => [
        <dt key={name}>{Object.hasOwn(idWords, name) ? idWords[name] : <Text of={name} />}</dt>,
        <dd key={`${name}:`} class="id-line">{name === 'member' && <Name id={id} people={people} />}<code class="id"><Text of={id} /></code><Link to={addressOf({ ...nothing, id })}>All entries with it</Link>{name === 'run' && <Link to={`/runs/${encodeURIComponent(id)}`}>The run</Link>}</dd>,
      ])}
    </dl>
  )
}

function Details({ checked: { entry } }: { checked: Checked }) {
  if (entry.details === null) return <p class="was">They were erased, or are not yours to see. The entry itself stays, and is proven without them.</p>
  return <pre class="text-block" tabIndex={0} aria-label="Details"><Text of={indented(entry.details)} lines /></pre>
}

function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

function Proof({ checked, standing }: { checked: Checked; standing: Standing }) {
  const { entry, broken, hash } = checked
  const { head, signed, continued, before } = standing
  const inLog = !broken.includes('not-in-log')
  return (
    <>
      <ol class="proof-steps">
        <Step holds title={`The text of the entry has this hash`}><Digest of={hash} /></Step>
        <Step holds={inLog} title={inLog ? `With ${counted(entry.proof.length, 'hash', 'hashes')} of its neighbours it leads to the root of all ${counted(head.size, 'entry', 'entries')}` : `Its path does not lead to the root of the ${counted(head.size, 'entry', 'entries')}`}><Digest of={head.root} /></Step>
        <Step holds={signed === 'signed' ? true : signed === 'unable' ? null : false} title={signed === 'signed' ? 'The key that this browser knows signed that root' : signed === 'unable' ? 'This browser cannot check the signature' : 'The signature of that root does not hold, or is of another key'} />
        <Step holds={continued === 'first' ? 'first' : continued !== 'broken'} title={continued === 'broken' ? 'The log no longer begins with what this browser saw before' : continued === 'first' || before === null ? 'This browser sees the log for the first time, and compares the next one with it' : `The log still begins with the ${counted(before.size, 'entry', 'entries')} that this browser saw before`} />
        {entry.details !== null && <Step holds={!broken.includes('details-differ')} title={broken.includes('details-differ') ? 'The details are not those that the entry commits to' : 'The details are those that the entry commits to'} />}
        <Step holds={!broken.includes('index-differs')} title={broken.includes('index-differs') ? 'The server finds it by something that it does not say' : 'The server finds it by what it says'} />
      </ol>
      <details class="more"><summary>The entry as it is</summary><pre class="text-block" tabIndex={0} aria-label="The entry as it is"><Text of={entry.leaf} lines /></pre></details>
      <details class="more"><summary>The path, lowest first</summary><ol class="path">{entry.proof.map((one, at) => <li key={at}><Digest of={one} /></li>)}</ol></details>
      <p class="quiet small">What this cannot show is that a search left nothing out: the index that is searched is the server's. <code>countersign audit verify</code> computes it again.</p>
    </>
  )
}

/** `first`: there is nothing to compare with yet. `null`: it could not be checked. */
function Step({ holds, title, children }: { holds: boolean | null | 'first'; title: string; children?: ComponentChildren }) {
  const [icon, tone, word] = stepWords[holds === null ? 'unable' : holds === 'first' ? 'first' : holds ? 'holds' : 'fails']
  return <li><span class={`state ${tone}`}><Icon name={icon} size={16} />{word}</span><span>{title}{children}</span></li>
}

const stepWords = {
  holds: ['check', 'green', 'Holds'],
  fails: ['stop', 'red', 'Fails'],
  first: ['ring', 'quiet', 'First visit'],
  unable: ['question', 'amber', 'Not checked'],
} as const
