/** A run, as it is signed: one sentence, what is critical, what else changes, what is bound and what is not. */
import type { RunSubject } from '@countersign/proof'
import { changeSentence, differences } from '../../plan/index.ts'
import { Digest } from '../parts/code.tsx'
import { Icon } from '../parts/icon.tsx'
import { Notice } from '../parts/notice.tsx'
import { Text } from '../parts/text.tsx'
import { CriticalList, Reasons } from './critical-list.tsx'
import { Differences } from './sides.tsx'
import { FurtherList } from './further-list.tsx'
import type { PlanReading } from './read-plan.ts'
import { classWords, riskWords } from './words.ts'

export function RunSentence({ subject, requester }: { subject: RunSubject; requester: string }) {
  return <><Text of={requester} /> asks to {subject.scope === 'destroy' ? 'tear down' : 'change'} <Text of={subject.workspace.name} /></>
}

const counted = [['delete', 'to destroy'], ['replace', 'to replace'], ['forget', 'to forget'], ['update', 'to change'], ['create', 'to add'], ['import', 'to import'], ['move', 'to move'], ['read', 'to read']] as const

/** What cannot be undone first, as on the rest of the page. */
export function RunCounts({ subject }: { subject: RunSubject }) {
  const shown = counted.filter(([name]) => subject.summary[name] > 0)
  if (shown.length === 0) return <p class="counts">{changeSentence(subject.summary)}</p>
  return (
    <ul class="counts" aria-label="What would happen">
      {shown.map(([name, words]) => (
        <li key={name}><span class={`sign ${classWords[name].tone}`} aria-hidden="true">{classWords[name].sign}</span><span><b>{subject.summary[name].toLocaleString('en')}</b> {words}</span></li>
      ))}
    </ul>
  )
}

export function RunTags({ subject }: { subject: RunSubject }) {
  const risk = riskWords[subject.risk.level]
  return (
    <p class="tags">
      <span class={`state ${risk.tone}`}><Icon name={risk.icon} size={16} />{risk.word}</span>
      <span class="tag">environment <b><Text of={subject.workspace.environment} /></b></span>
      {subject.scope === 'destroy' && <span class="tag">destroy</span>}
    </p>
  )
}

/** `asking`: before the decision the list says what to do with it; afterwards it is a record. */
export function RunChanges({ reading, subject, asking }: { reading: PlanReading; subject: RunSubject; asking: boolean }) {
  const count = reading.critical.length
  const title = !asking ? 'Critical changes' : count === 1 ? 'Look at this first' : `Look at these ${count.toLocaleString('en')} first`
  return (
    <>
      <CriticalList items={reading.critical} title={title} />
      {subject.risk.reasonsOmitted > 0 && (
        <Notice tone="amber" title={`${subject.risk.reasonsOmitted} more reasons do not fit into the statement.`}>
          <p>Every change they speak of is in the lists of this page.</p>
        </Notice>
      )}
      <Outputs reading={reading} />
      <FurtherList groups={reading.further} count={reading.furtherCount} />
      <Beside reading={reading} />
    </>
  )
}

/** Unknown to the type of a change, an output has no address: it is compared as if it were a resource with one attribute. */
function Outputs({ reading }: { reading: PlanReading }) {
  const changed = Object.entries(reading.plan.output_changes).filter(([, change]) => !change.actions.every((action) => action === 'no-op'))
  if (changed.length === 0) return null
  const compared = changed.slice(0, 200).flatMap(([name, change]) =>
    differences({ resource: { address: `output.${name}`, mode: 'managed', type: 'output', name, provider_name: '', change: { ...change, before: { [name]: change.before }, after: { [name]: change.after }, after_unknown: { [name]: change.after_unknown }, before_sensitive: { [name]: change.before_sensitive }, after_sensitive: { [name]: change.after_sensitive } } } }),
  )
  return (
    <section class="section" aria-labelledby="outputs-title">
      <h2 id="outputs-title">{changed.length} output{changed.length === 1 ? '' : 's'} of the configuration</h2>
      <Differences of={compared} />
    </section>
  )
}

function Beside({ reading }: { reading: PlanReading }) {
  const { resource_drift: drift, deferred } = reading.plan
  if (drift.length === 0 && deferred.length === 0 && reading.notes.length === 0) return null
  return (
    <section class="section" aria-labelledby="beside-title">
      <h2 id="beside-title">Beside the plan</h2>
      <Reasons of={reading.notes} />
      {drift.length > 0 && <p class="quiet">{drift.length} resource{drift.length === 1 ? ' was' : 's were'} changed outside of Terraform since the last apply: {drift.slice(0, 10).map((one, index) => <span key={one.address}>{index > 0 && ', '}<code><Text of={one.address} /></code></span>)}{drift.length > 10 && ` and ${drift.length - 10} more`}.</p>}
      {deferred.length > 0 && <p class="quiet">{deferred.length} change{deferred.length === 1 ? ' is' : 's are'} put off to a later plan, which will ask again.</p>}
    </section>
  )
}

export function Bound({ subject, digest }: { subject: RunSubject; digest: string }) {
  const { engine, state, tree } = subject
  return (
    <section class="section" aria-labelledby="bound-title">
      <h2 id="bound-title">What is bound, and what is not</h2>
      {subject.unbound.length > 0 && (
        <Notice tone="amber" title="Not bound, so it could differ when this is applied:">
          <ul class="unbound">{subject.unbound.map((name) => <li key={name}><code><Text of={name} /></code></li>)}</ul>
        </Notice>
      )}
      {subject.derivation === 'client-claimed' && (
        <p class="quiet small">The text of the plan is the client's word: that computer says it belongs to the plan file named below.</p>
      )}
      <details class="more">
        <summary>Everything in the statement</summary>
        <dl class="facts tight-stack">
          <dt>Statement</dt><dd><Digest of={digest} /><span class="sub">computed by this page</span></dd>
          <dt>Plan file</dt><dd><Digest of={subject.plan.file} /></dd>
          <dt>Plan shown here</dt><dd><Digest of={subject.plan.json} /><span class="sub">computed by this page from what it shows</span></dd>
          <dt>State</dt><dd>{state.lineage === '' ? 'none yet' : <>serial {state.serial}, lineage <code><Text of={state.lineage} /></code></>}</dd>
          <dt>Backend</dt><dd><Text of={subject.workspace.backend.type} />, workspace <Text of={subject.workspace.backend.cliWorkspace} /></dd>
          <dt>Engine</dt><dd>{engine.name} <Text of={engine.version} /> <Digest of={engine.binary} /></dd>
          <dt>Providers</dt><dd>{subject.providers.length === 0 ? 'none but built-in ones' : subject.providers.map((one) => <span key={one.address} class="sub"><Text of={one.address} /> <Text of={one.version} /> <Digest of={one.digest} /></span>)}</dd>
          <dt>Working tree</dt><dd>{tree.bound ? <>{tree.files.toLocaleString('en')} files <Digest of={tree.digest} /></> : 'not bound'}</dd>
          <dt>Commit</dt><dd>{subject.commit === '' ? 'unknown' : <><code><Text of={subject.commit} /></code>{subject.dirty && ', with changes that are not committed'}</>}</dd>
          <dt>Arguments</dt><dd>{subject.arguments.length === 0 ? 'none' : <code><Text of={subject.arguments.join(' ')} /></code>}</dd>
          <dt>Variables</dt><dd>{subject.variables.length === 0 ? 'none' : <Text of={subject.variables.map((one) => one.name).join(', ')} />}</dd>
          <dt>Applied by</dt><dd><code><Text of={subject.executor} /></code><span class="sub">thumbprint of the one key that may apply it</span></dd>
          <dt>Policy</dt><dd><Digest of={subject.policy.digest} /></dd>
          <dt>Run</dt><dd><code><Text of={subject.run} /></code></dd>
        </dl>
      </details>
    </section>
  )
}
