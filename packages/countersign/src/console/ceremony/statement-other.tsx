/** Statements that are not runs: a change of the policy, and changes of who is who. Each kind says in full what it does. */
import type { PolicySubject, RunSubject, StateSubject, Subject } from '@countersign/proof'
import type { ComponentChildren } from 'preact'
import { Digest } from '../parts/code.tsx'
import { Diff } from '../parts/diff.tsx'
import { Icon } from '../parts/icon.tsx'
import { Notice } from '../parts/notice.tsx'
import { Text } from '../parts/text.tsx'

type Other = Exclude<Subject, RunSubject | PolicySubject | StateSubject>

const reasons = { removed: 'no longer used', lost: 'lost', compromised: 'in somebody else\'s hands', vetoed: 'not the person\'s own' } as const

export function OtherSentence({ subject, requester }: { subject: Other | PolicySubject; requester: string }): ComponentChildren {
  const who = <Text of={requester} />
  switch (subject.kind) {
    case 'policy':
      return <>{who} asks to change the policy: who must countersign what.</>
    case 'revocation':
      return <>{who} asks to remove {subject.credential === '' ? 'an authenticator app' : 'a key'}, because it is {reasons[subject.reason]}.</>
    case 'registration':
      return <>{who} asks to add the key "<Text of={subject.label} />" for <Text of={subject.person.name} />.</>
    case 'genesis':
      return <>The first owner is <Text of={subject.person.name} />, with the key "<Text of={subject.label} />".</>
    case 'role':
      return <>{who} asks to {subject.change === 'grant' ? 'give' : 'take'} the role {subject.role}{subject.scope === '' ? '' : <> over <Text of={subject.scope} /></>} {subject.change === 'grant' ? 'to' : 'from'} <Text of={subject.person.name} />.</>
    case 'totp':
      return <>{who} asks to add an authenticator app for <Text of={subject.person.name} />.</>
    case 'removal':
      return <>{who} asks to remove a person from this installation.</>
    case 'recovery':
      return subject.change === 'start' ? <>{who} asks to let somebody back in who has lost their keys.</> : <>{who} asks to stop a recovery.</>
    case 'link':
      return <>{who} asks to treat two identities as one person.</>
    case 'ledger-key':
      return <>{who} asks to sign the audit log with a new key.</>
    case 'relying-party':
      return subject.change === 'add' ? <>{who} asks to serve Countersign at another address as well.</> : <>{who} asks to give up an address of Countersign.</>
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
  if (subject.kind === 'role' && subject.change === 'grant') {
    return (
      <Notice tone={subject.role === 'owner' || subject.role === 'manager' ? 'red' : 'amber'} title={grants[subject.role] ?? 'They may do what this role may.'}>
        <p>Somebody new cannot do anything yet: their first key has to be vouched for with a second touch. Somebody who has a key acts with it at once: be sure that it is in their hands.</p>
      </Notice>
    )
  }
  if (subject.kind === 'removal') {
    return (
      <Notice tone="red" title="Every key, role, session and terminal of this person ends at once.">
        <p>What they countersigned before stays verifiable. If they come back they are somebody new.</p>
      </Notice>
    )
  }
  if (subject.kind === 'recovery') {
    return subject.change === 'start' ? (
      <Notice tone="red" title="In 48 hours somebody who is invited by you can make a new key for this person, and their old keys end.">
        <p>Until then they can say no with any key they still have. Make sure by another way that they asked you.</p>
      </Notice>
    ) : (
      <Notice tone="green" title="The old keys stay, and no new key can be made for this person by others." />
    )
  }
  if (subject.kind === 'link') {
    return <Notice tone="amber" title="From now on these two count as one person, wherever different people are asked for."><p>This is not undone.</p></Notice>
  }
  if (subject.kind === 'relying-party') {
    return subject.change === 'add' ? (
      <Notice tone="red" title={`${subject.rpId} is served at ${subject.origins.join(', ')}, and at no other address of that name.`}>
        <p>If it was served at another port or address of the same name before, that one ends. New keys are made for this name from now on.</p>
      </Notice>
    ) : (
      <Notice tone="red" title={`Nothing that is signed at ${subject.rpId} counts any more.`}>
        <p>The keys that were made there end with it. Whoever has no key of another address has none then.</p>
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

const grants: Record<string, string> = {
  owner: 'An owner may do everything here, and make others owners.',
  manager: 'A manager invites, recovers and removes people, and gives roles, within what they manage.',
  operator: 'An operator may ask for applies, and countersign their own where the policy lets them.',
  approver: 'An approver may approve what others ask for.',
  auditor: 'An auditor reads everything and changes nothing.',
}

function rowsOf(subject: Other): [string, string][] {
  switch (subject.kind) {
    case 'revocation':
      return [['Key', subject.authenticator], ['Credential', subject.credential], ['Person', subject.person], ['Reason', subject.reason]]
    case 'registration':
    case 'genesis':
      return [['Person', `${subject.person.name} (${subject.person.id})`], ['Label', subject.label], ['Credential', subject.credential.id], ['Address', subject.rpId], subject.attestation.root === '' ? ['Model (claimed)', subject.credential.aaguid] : ['Model (attested)', `${subject.credential.aaguid}, by the root ${subject.attestation.root}`]]
    case 'role':
      return [['Person', `${subject.person.name} (${subject.person.id})`], ['Role', subject.role], ['For', subject.scope === '' ? 'the whole organisation' : subject.scope]]
    case 'totp':
      return [['Person', `${subject.person.name} (${subject.person.id})`], ['Label', subject.label], ['Authenticator', subject.authenticator]]
    case 'removal':
      return [['Person', subject.person]]
    case 'recovery':
      return [['Person', subject.person], ['What', subject.change === 'start' ? 'the recovery starts' : 'the recovery is vetoed']]
    case 'link':
      return [['One', subject.person], ['The same as', subject.same]]
    case 'ledger-key':
      return [['New key', subject.key], ['Before', subject.previous]]
    case 'relying-party':
      return [['What', subject.change === 'add' ? 'an address is added' : 'an address is given up'], ['Address', subject.rpId], ['Origins', subject.origins.join(', ')]]
  }
}
