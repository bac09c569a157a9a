/** Who asks, from where, for what place, under which rule, and how long it waits. Beside the changes, or above them on a phone. */
import type { PolicyRef, Requirement, Subject } from '@countersign/proof'
import type { CeremonyView } from '../api/views.ts'
import { Icon } from '../parts/icon.tsx'
import { Text } from '../parts/text.tsx'
import { Ago, clockTime } from '../parts/time.tsx'
import { enforcementWords, requirementWords, roleWords } from './words.ts'

export function Facts({ view, subject }: { view: CeremonyView; subject: Subject }) {
  const { source } = view
  const policy = 'policy' in subject && typeof subject.policy === 'object' ? subject.policy : null
  return (
    <section class="ceremony-facts" aria-label="Who asks, and where">
      <dl class="facts">
        <dt>Asked by</dt>
        <dd><b><Text of={view.requester.name} /></b><span class="sub"><Ago at={view.createdAt} /></span></dd>
        <dt>From</dt>
        <dd>
          <Text of={source.host === '' ? source.client || 'not named' : source.host} />
          <span class="sub">as it calls itself, at <Text of={source.address} /></span>
          {source.host !== '' && source.client !== '' && <span class="sub"><Text of={source.client} /></span>}
        </dd>
        {(subject.kind === 'run' || subject.kind === 'state') && <WorkspaceFacts workspace={subject.workspace} />}
        {policy !== null && <PolicyFacts policy={policy} />}
      </dl>
      {policy !== null && <Quorum view={view} requirement={policy.requirement} />}
      {view.countersignatures.length > 0 && <Given view={view} />}
    </section>
  )
}

function WorkspaceFacts({ workspace }: { workspace: Extract<Subject, { kind: 'run' | 'state' }>['workspace'] }) {
  const level = enforcementWords[workspace.enforcement]
  return (
    <>
      <dt>Workspace</dt>
      <dd><b><Text of={workspace.name} /></b><span class="sub">environment <Text of={workspace.environment} /></span></dd>
      <dt>Protection</dt>
      <dd>{level.word}<span class="sub">{level.says}</span></dd>
    </>
  )
}

function PolicyFacts({ policy }: { policy: PolicyRef }) {
  return (
    <>
      <dt>Rule</dt>
      <dd>
        {policy.rule === '(floor)' ? 'Always countersigned, whatever the policy says' : <Text of={policy.rule} />}
        {requirementWords(policy.requirement).map((sentence) => <span key={sentence} class="sub">{sentence}</span>)}
      </dd>
    </>
  )
}

/** How far it is: the requester's own touch and the approvals of others, each counted apart, never as one number. */
function Quorum({ view, requirement }: { view: CeremonyView; requirement: Requirement }) {
  if (requirement.approvals === 0) return null
  const approvals = view.countersignatures.filter((one) => one.role === 'approver').length
  const self = view.countersignatures.some((one) => one.role === 'self')
  return (
    <div class="quorum" role="status">
      <p><b>{approvals} of {requirement.approvals}</b> approval{requirement.approvals === 1 ? '' : 's'} by others{requirement.approverRole === '' ? '' : <>, in the role {requirement.approverRole}</>}</p>
      <ol class="quorum-slots" aria-hidden="true">
        {Array.from({ length: requirement.approvals }, (_, slot) => <li key={slot} class={slot < approvals ? 'given-sign other' : 'given-sign open'}>{slot < approvals ? <Icon name="check" size={16} /> : slot + 1}</li>)}
      </ol>
      {requirement.selfStepUp && <p class="sub">{self ? 'The requester\'s own touch is in.' : 'The requester\'s own touch is missing.'}</p>}
    </div>
  )
}

function Given({ view }: { view: CeremonyView }) {
  return (
    <ul class="given" aria-label="Countersigned so far">
      {view.countersignatures.map((one) => (
        <li key={`${one.person} ${one.at}`}>
          <span class="tone-green"><Icon name="check" size={16} /></span>
          <span><b><Text of={one.name} /></b>, {clockTime(one.at)}<span class="sub">{roleWords(one.role)} · <Text of={one.label} /></span></span>
        </li>
      ))}
    </ul>
  )
}
