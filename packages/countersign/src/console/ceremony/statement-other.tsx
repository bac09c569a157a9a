/** Statements that are not runs: a change of the policy, and changes of who is who. Each kind says in full what it does. */
import type { PolicySubject, RunSubject, Subject } from '@countersign/proof'
import type { ComponentChildren } from 'preact'
import { Digest } from '../parts/code.tsx'
import { Diff } from '../parts/diff.tsx'
import { Icon } from '../parts/icon.tsx'
import { Notice } from '../parts/notice.tsx'
import { Text } from '../parts/text.tsx'

type Other = Exclude<Subject, RunSubject | PolicySubject>

const reasons = { removed: 'no longer used', lost: 'lost', compromised: 'in somebody else\'s hands' } as const

export function OtherSentence({ subject, requester }: { subject: Other | PolicySubject; requester: string }): ComponentChildren {
  const who = <Text of={requester} />
  switch (subject.kind) {
    case 'policy':
      return <>{who} asks to change the policy: who must countersign what.</>
    case 'revocation':
      return <>{who} asks to remove a key, because it is {reasons[subject.reason]}.</>
    case 'registration':
      return <>{who} asks to add the key "<Text of={subject.label} />" for <Text of={subject.person.name} />.</>
    case 'genesis':
      return <>The first owner is <Text of={subject.person.name} />, with the key "<Text of={subject.label} />".</>
    case 'role':
      return <>{who} asks to {subject.change === 'grant' ? 'give' : 'take'} the role {subject.role} {subject.change === 'grant' ? 'to' : 'from'} <Text of={subject.person.name} />.</>
    case 'ledger-key':
      return <>{who} asks to sign the audit log with a new key.</>
    case 'relying-party':
      return <>{who} asks to move Countersign to another address.</>
  }
}

export function PolicyStatement({ subject, from, to }: { subject: PolicySubject; from: string; to: string }) {
  return (
    <>
      <section class="section critical" aria-labelledby="effect-title">
        <h2 id="effect-title">What it loosens or tightens</h2>
        <ul class="effects">
          {subject.effect.map((sentence) => <li key={sentence} data-critical><Icon name="arrow" size={16} /><span><Text of={sentence} /></span></li>)}
        </ul>
      </section>
      <section class="section" aria-labelledby="text-title">
        <h2 id="text-title">The text, before and after</h2>
        <Diff before={from} after={to} label="Policy, before and after" />
      </section>
      <section class="section">
        <dl class="facts tight-stack">
          <dt>From</dt><dd><Digest of={subject.from} /></dd>
          <dt>To</dt><dd><Digest of={subject.to} /><span class="sub">both computed by this page from the texts above</span></dd>
        </dl>
      </section>
    </>
  )
}

export function OtherStatement({ subject }: { subject: Other }) {
  return (
    <>
      <Consequence subject={subject} />
      <section class="section" aria-labelledby="rows-title">
        <h2 id="rows-title">In the statement</h2>
        <dl class="facts tight-stack">
          {rowsOf(subject).map(([term, value]) => [<dt key={term}>{term}</dt>, <dd key={`${term}:`}><Text of={value} /></dd>])}
        </dl>
      </section>
    </>
  )
}

function Consequence({ subject }: { subject: Other }) {
  if (subject.kind === 'revocation') {
    return (
      <Notice tone="red" title="This key can never sign in or countersign again.">
        <p>What it signed before stays valid. A key that was removed cannot be brought back; it can be registered as a new one.</p>
      </Notice>
    )
  }
  if (subject.kind === 'registration') {
    return (
      <Notice tone="amber" title="Whoever holds this key will act as this person.">
        <p>Countersign only if the key is in front of you, or its owner has read you its fingerprint.</p>
      </Notice>
    )
  }
  return null
}

function rowsOf(subject: Other): [string, string][] {
  switch (subject.kind) {
    case 'revocation':
      return [['Key', subject.authenticator], ['Credential', subject.credential], ['Person', subject.person], ['Reason', subject.reason]]
    case 'registration':
    case 'genesis':
      return [['Person', `${subject.person.name} (${subject.person.id})`], ['Label', subject.label], ['Credential', subject.credential.id], ['Address', subject.rpId], ['Model (claimed)', subject.credential.aaguid]]
    case 'role':
      return [['Person', `${subject.person.name} (${subject.person.id})`], ['Role', subject.role], ['For', subject.scope === '' ? 'the whole organisation' : subject.scope]]
    case 'ledger-key':
      return [['New key', subject.key], ['Before', subject.previous]]
    case 'relying-party':
      return [['Address', subject.rpId], ['Origins', subject.origins.join(', ')]]
  }
}
