/** Consent on one side, effect on the other: a countersignature says that a person agreed, never that it happened. */
import type { GivenCountersignature, RunView } from '../api/views.ts'
import { roleWords } from '../ceremony/words.ts'
import { Icon } from '../parts/icon.tsx'
import { Link } from '../parts/link.tsx'
import { counted } from '../parts/size.ts'
import { Text } from '../parts/text.tsx'
import { When } from '../parts/time.tsx'
import { workspacePath } from '../router.ts'
import { consentWords, effectWords, runWords } from './run-words.ts'

export function RunTimeline({ run }: { run: RunView }) {
  return (
    <div class="two-sides section">
      <section class="card" aria-labelledby="consent-title">
        <h2 id="consent-title">Consent</h2>
        <p class="quiet small">Who agreed. Proven by signatures.</p>
        {run.signed.length > 0 && <ul class="given">{run.signed.map((one) => <Given key={`${one.person} ${one.at}`} one={one} />)}</ul>}
        {consentWords(run) !== '' && <p class="side-words">{consentWords(run)}</p>}
        {run.reasons.length > 0 && <ul class="reasons">{run.reasons.map((reason) => <li key={reason.code + reason.message}><Text of={reason.message} /></li>)}</ul>}
        {run.grant !== null && <p class="side-words">May be applied once, until <When at={run.grant.expiresAt} />.</p>}
      </section>
      <section class="card" aria-labelledby="effect-side-title">
        <h2 id="effect-side-title">Effect</h2>
        <p class="quiet small">{run.effect === null ? 'What the terminal reported. Its word.' : 'What the terminal reported, and what the state shows of it.'}</p>
        {run.effect !== null && <InState run={run} effect={run.effect} />}
        <p class={`side-words state-line ${runWords[run.status].tone}`}>{effectWords(run)}</p>
        <dl class="facts">
          {run.startedAt !== null && <><dt>Started</dt><dd><When at={run.startedAt} /></dd></>}
          {run.endedAt !== null && run.startedAt !== null && <><dt>Reported</dt><dd><When at={run.endedAt} /></dd></>}
          {run.outcome !== null && <Outcome outcome={run.outcome} />}
        </dl>
      </section>
    </div>
  )
}

/** Addresses that changed in the state beside those that were countersigned: consent and effect, compared by the server. */
function InState({ run, effect }: { run: RunView; effect: NonNullable<RunView['effect']> }) {
  const { agrees, version, unexpected, missing, addresses } = effect
  const at = workspacePath(run.workspace)
  return (
    <div class={agrees ? 'in-state' : 'in-state differs'}>
      <p class={agrees ? 'state-line tone-green' : 'state-line tone-red'}><Icon name={agrees ? 'check' : 'stop'} size={16} /><b>{agrees ? 'The state shows what was countersigned.' : 'The state shows something else than what was countersigned.'}</b></p>
      {!agrees && (
        <ul class="reasons">
          {unexpected > 0 && <li>{counted(unexpected, 'address', 'addresses')} changed that nobody countersigned<Addresses total={unexpected} lines={(addresses?.unexpected ?? []).map(({ address, change }) => ({ address, ...signOf(change) }))} /></li>}
          {missing > 0 && <li>{counted(missing, 'address', 'addresses')} countersigned, and not seen to change<Addresses total={missing} lines={(addresses?.missing ?? []).map(({ address, planned }) => ({ address, sign: '·', kind: 'other', word: planned }))} /></li>}
          {unexpected === 0 && missing === 0 && <li>The two could not be compared.</li>}
          <li>The workspace was frozen. <Link to={`${at}/quarantine`}>Decide about it</Link></li>
        </ul>
      )}
      {version > 0 && <p class="small">{version > 1 ? <Link to={`${at}/diff/${version - 1}/${version}`}>What version {version} of the state changed</Link> : <Link to={at}>The state, version {version}</Link>}</p>}
    </div>
  )
}

const FEW = 12
type Line = { address: string; sign: string; kind: string; word: string }

function signOf(change: string): Omit<Line, 'address'> {
  if (change === 'added') return { sign: '+', kind: 'new', word: 'came in' }
  return change === 'removed' ? { sign: '−', kind: 'gone', word: 'left' } : { sign: '~', kind: 'other', word: 'changed' }
}

/** The first of them: all stand in the comparison of the two versions, and in the audit log. */
function Addresses({ total, lines }: { total: number; lines: readonly Line[] }) {
  if (lines.length === 0) return null
  const shown = lines.slice(0, FEW)
  return (
    <div class="diff addresses" role="list">
      {shown.map(({ address, sign, kind, word }) => (
        <div key={address} role="listitem" class={`diff-line ${kind}`}><span class="diff-sign" aria-hidden="true">{sign}</span><span class="diff-text"><span class="hidden-text">{word}: </span><Text of={address} /></span></div>
      ))}
      {total > shown.length && <div role="listitem" class="quiet small">and {(total - shown.length).toLocaleString('en')} more</div>}
    </div>
  )
}

function Outcome({ outcome }: { outcome: NonNullable<RunView['outcome']> }) {
  return (
    <>
      {outcome.summary !== '' && <><dt>Terraform said</dt><dd><Text of={outcome.summary} /></dd></>}
      <dt>State</dt><dd>serial {outcome.state.serial}</dd>
      <dt>Files</dt><dd>{outcome.treeUnchanged ? 'the same after the apply as when it was countersigned' : <b class="tone-red">changed between the countersignature and the end of the apply</b>}</dd>
    </>
  )
}

/** A self step-up and an approval carry different signs and different words. */
function Given({ one }: { one: GivenCountersignature }) {
  const self = one.role === 'self'
  return (
    <li class={self ? 'by-self' : 'by-other'}>
      <span class={self ? 'given-sign self' : 'given-sign other'}><Icon name={self ? 'key' : 'check'} size={16} /></span>
      <span><b><Text of={one.name} /></b><span class="sub">{roleWords(one.role)}</span><span class="sub"><When at={one.at} /> · <Text of={one.label} /></span></span>
    </li>
  )
}
