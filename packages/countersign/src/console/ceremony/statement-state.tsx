/**
 * What is asked of a state, as it is signed. Behind a lock or a reading there is no plan to show: so the page says what that means,
 * who the client says that it is, and that this is the client's own word; and asks the one question that protects, whether it was you.
 */
import { isStateCredential } from '@countersign/proof'
import type { StateSubject } from '@countersign/proof'
import { commandOf } from '../../plan/text/terraform-command.ts'
import { Digest } from '../parts/code.tsx'
import { Notice } from '../parts/notice.tsx'
import { Text } from '../parts/text.tsx'
import { asksTo, changesTitle, lasting, meaningOf, startsAtTerminal } from './words-state.ts'

export function StateSentence({ subject, requester }: { subject: StateSubject; requester: string }) {
  return <><Text of={requester} /> asks to {asksTo(subject)} <Text of={subject.workspace.name} /></>
}

export function StateTags({ subject }: { subject: StateSubject }) {
  const command = startsAtTerminal(subject) ? commandOf(subject.lock.operation) : null
  return (
    <p class="tags">
      <span class="tag">environment <b><Text of={subject.workspace.environment} /></b></span>
      {command !== null && <span class="tag">says it is <b>{command}</b></span>}
      {subject.tier !== '' && <span class="tag">{{ full: 'everything, secrets too', redacted: 'without secrets', outputs: 'outputs only' }[subject.tier]}</span>}
    </p>
  )
}

export function StateStatement({ subject, digest }: { subject: StateSubject; digest: string }) {
  const { weight, title, says } = meaningOf(subject)
  return (
    <>
      <div class="section critical" data-critical>
        <Notice tone={weight} title={title}>
          {says.map((sentence) => <p key={sentence}>{sentence}</p>)}
        </Notice>
      </div>
      {startsAtTerminal(subject) && <WasItYou subject={subject} />}
      {subject.action === 'state.force-unlock' && <Holder subject={subject} />}
      <Versions subject={subject} />
      <Changes subject={subject} />
      <Everything subject={subject} digest={digest} />
    </>
  )
}

function WasItYou({ subject }: { subject: StateSubject }) {
  const { lock, source } = subject
  const command = commandOf(lock.operation)
  return (
    <section class="section critical" aria-labelledby="you-title">
      <h2 id="you-title">Countersign only if you started it yourself, just now</h2>
      <dl class="facts tight-stack">
        {lock.digest !== '' && <><dt>What</dt><dd>{command === null ? <Words of={lock.operation} /> : <code>{command}</code>}<span class="sub">the client's own word</span></dd></>}
        {lock.digest !== '' && <><dt>Who</dt><dd><Words of={lock.who} /><span class="sub">the client's own word</span></dd></>}
        {lock.info !== '' && <><dt>Note</dt><dd><Words of={lock.info} /><span class="sub">the client's own word</span></dd></>}
        <dt>From</dt><dd><Text of={source} /><span class="sub">the network address, as this server saw it</span></dd>
        <dt>With</dt><dd><Executor of={subject.executor} /></dd>
      </dl>
    </section>
  )
}

/** A lock that is ended is somebody else's: what it says of itself is all that is known of them. */
function Holder({ subject: { lock } }: { subject: StateSubject }) {
  const command = commandOf(lock.operation)
  return (
    <section class="section critical" aria-labelledby="holder-title">
      <h2 id="holder-title">The lock that is ended</h2>
      <dl class="facts tight-stack">
        <dt>Taken by</dt><dd><Words of={lock.who} /><span class="sub">as their client named them</span></dd>
        <dt>For</dt><dd>{command === null ? <Words of={lock.operation} /> : <code>{command}</code>}<span class="sub">the client's own word</span></dd>
        {lock.info !== '' && <><dt>Note</dt><dd><Words of={lock.info} /></dd></>}
      </dl>
    </section>
  )
}

function Words({ of }: { of: string }) {
  return of === '' ? <em>not said</em> : <>"<Text of={of} />"</>
}

function Executor({ of }: { of: string }) {
  if (of === '') return <>a browser that is signed in</>
  return <>{isStateCredential(of) ? 'a state credential' : 'a terminal'}<span class="sub"><code><Text of={of} /></code></span></>
}

function Versions({ subject: { action, state, target } }: { subject: StateSubject }) {
  return (
    <section class="section" aria-labelledby="versions-title">
      <h2 id="versions-title">{target.digest === '' ? 'The state now' : 'Which version'}</h2>
      <dl class="facts tight-stack">
        {target.digest !== '' && <><dt>{action === 'state.import' ? 'Imported' : 'It is about'}</dt><dd><Version of={target} imported={action === 'state.import'} /></dd></>}
        <dt>Current</dt><dd><Version of={state} imported={false} /></dd>
      </dl>
    </section>
  )
}

function Version({ of: { version, serial, digest, lineage }, imported }: { of: StateSubject['state']; imported: boolean }) {
  if (digest === '') return <>none: there is no state yet</>
  return (
    <>
      <b>{imported ? 'the file of the terminal' : `version ${version}`}</b>, serial {serial}
      <span class="sub">lineage <code><Text of={lineage} /></code></span>
      <span class="sub"><Digest of={digest} /></span>
    </>
  )
}

const signs = { removed: ['−', 'red'], changed: ['~', 'amber'], added: ['+', 'green'] } as const
const order = ['removed', 'changed', 'added'] as const

/** Counts first, then every address that the statement names, what leaves first. None is folded away: there are fifty at most. */
function Changes({ subject }: { subject: StateSubject }) {
  const { changes } = subject
  const counted = order.filter((name) => changes[name] > 0)
  if (counted.length === 0 && changes.outputs === 0) return null
  return (
    <section class="section critical" aria-labelledby="changes-title">
      <h2 id="changes-title">{changesTitle(subject)}</h2>
      <ul class="counts" aria-label="How much">
        {counted.map((name) => <li key={name}><span class={`sign ${signs[name][1]}`} aria-hidden="true">{signs[name][0]}</span><span><b>{changes[name].toLocaleString('en')}</b> {name}</span></li>)}
        {changes.outputs > 0 && <li><span><b>{changes.outputs.toLocaleString('en')}</b> output{changes.outputs === 1 ? '' : 's'} changed</span></li>}
      </ul>
      <ul class="state-changes">
        {order.flatMap((name) => changes.addresses.filter(({ change }) => change === name)).map(({ address, change }) => (
          <li key={address} data-critical={change === 'removed' ? true : undefined}>
            <span class={`sign ${signs[change][1]}`} aria-hidden="true">{signs[change][0]}</span>
            <span class="address"><span class="hidden-text">{change}: </span><Text of={address} /></span>
          </li>
        ))}
      </ul>
      {changes.omitted > 0 && <p class="quiet">{changes.omitted.toLocaleString('en')} more do not fit into the statement. The page of the workspace lists them all.</p>}
      <p class="quiet small">In the state, which is what Terraform believes. Nothing in the cloud is touched by this.</p>
    </section>
  )
}

function Everything({ subject, digest }: { subject: StateSubject; digest: string }) {
  return (
    <section class="section">
      <details class="more">
        <summary>Everything in the statement</summary>
        <dl class="facts tight-stack">
          <dt>Statement</dt><dd><Digest of={digest} /><span class="sub">computed by this page</span></dd>
          <dt>Action</dt><dd><code>{subject.action}</code></dd>
          {subject.phase !== '' && <><dt>Phase</dt><dd>{subject.phase}</dd></>}
          {subject.lasts > 0 && <><dt>Lasts</dt><dd>{lasting(subject.lasts)}</dd></>}
          {subject.lock.digest !== '' && <><dt>Lock</dt><dd><Digest of={subject.lock.digest} /><span class="sub">SHA-256 of its ID, which is shown to nobody</span><span class="sub">operation <Words of={subject.lock.operation} /></span></dd></>}
          <dt>Asked from</dt><dd><Text of={subject.source} /></dd>
          <dt>Carried out by</dt><dd><Executor of={subject.executor} /></dd>
          <dt>Policy</dt><dd><Digest of={subject.policy.digest} /></dd>
          <dt>Request</dt><dd><code><Text of={subject.request} /></code></dd>
        </dl>
      </details>
    </section>
  )
}
