/**
 * The changes that must be seen: all of them, always open, first. What is off the screen is still laid out lazily by the
 * browser (content-visibility), so a thousand of them stay fast without one being left out.
 */
import { useMemo, useState } from 'preact/hooks'
import { differences, riskCodes } from '../../plan/index.ts'
import type { Reason } from '../../plan/index.ts'
import { isRiskCode, levelOf } from '../../plan/risk/codes.ts'
import { Icon } from '../parts/icon.tsx'
import type { IconName } from '../parts/icon.tsx'
import { Text } from '../parts/text.tsx'
import type { CriticalItem } from './read-plan.ts'
import { Differences } from './sides.tsx'
import { classWords, verbOf } from './words.ts'

const LAZY_FROM = 60

/** An object that goes or comes whole has many attributes that nobody compares: beyond these the rest waits for a press. */
const SHOWN = 8
const MOST = 400

export function CriticalList({ items, title }: { items: CriticalItem[]; title: string }) {
  if (items.length === 0) return null
  return (
    <section class="section critical" aria-labelledby="critical-title">
      <h2 id="critical-title">{title}</h2>
      <ol class={items.length > LAZY_FROM ? 'critical-list lazy' : 'critical-list'}>{items.map((item, index) => <CriticalEntry key={`${item.address}#${index}`} item={item} />)}</ol>
    </section>
  )
}

function CriticalEntry({ item }: { item: CriticalItem }) {
  const { change } = item
  const weight = weightOf(item)
  const look = change === null ? null : classWords[change.class]
  return (
    <li class={`critical-item ${weight.tone}`} data-critical>
      <h3>
        {look === null ? <span class="sign red"><Icon name="warning" size={16} /></span> : <span class={`sign ${look.tone}`} aria-hidden="true">{look.sign}</span>}
        <span>
          <span class="verb">{change === null ? 'Risk' : verbOf(change)}</span>
          <span class="address">{item.address === '' ? 'the plan as a whole' : <Text of={item.address} />}</span>
        </span>
        {weight.word !== '' && <span class={`state ${weight.tone}`}><Icon name={weight.icon} size={16} />{weight.word}</span>}
      </h3>
      <Reasons of={item.reasons} />
      {item.programs.map((program) => <pre key={program} class="program"><Text of={program} lines /></pre>)}
      {change?.resource.previous_address !== undefined && <p class="was">was <code><Text of={change.resource.previous_address} /></code></p>}
      {change !== null && <ChangeDifferences change={change} />}
    </li>
  )
}

type Weight = { tone: 'red' | 'amber'; word: string; icon: IconName }

/** The gravest reason decides; what is destroyed or replaced is red with or without one. */
function weightOf({ change, reasons }: CriticalItem): Weight {
  const levels = new Set(reasons.map((reason) => levelOf(reason.code)))
  if (levels.has('critical')) return { tone: 'red', word: 'critical', icon: 'stop' }
  const gone = change !== null && (change.class === 'delete' || change.class === 'replace')
  return { tone: gone ? 'red' : 'amber', word: levels.has('high') ? 'high' : '', icon: 'warning' }
}

/** What the code says, and what was seen here. A code that this version does not know is shown as it is. */
export function Reasons({ of }: { of: Reason[] }) {
  if (of.length === 0) return null
  return (
    <ul class="reasons">
      {of.map((reason) => (
        <li key={`${reason.code} ${reason.detail}`}>
          {isRiskCode(reason.code) ? capital(riskCodes[reason.code].says) : <Text of={reason.code} />}
          <Detail of={reason} />
        </li>
      ))}
    </ul>
  )
}

/** What happens to a resource is the heading's to say: of these, only the reason after the colon is left. */
const HAPPENS: ReadonlySet<string> = new Set(['destroy', 'destroy_stateful', 'replace', 'replace_stateful', 'forget', 'import'])

function Detail({ of: { code, detail } }: { of: Reason }) {
  const shown = RUNS.has(code) ? '' : HAPPENS.has(code) ? detail.split(': ').slice(1).join(': ') : detail
  return shown === '' ? null : <span class="reason-detail"><Text of={shown} /></span>
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** Their detail is the beginning of a program, which stands below in full. */
const RUNS: ReadonlySet<string> = new Set(['provisioner_runs', 'external_program'])

export function ChangeDifferences({ change }: { change: NonNullable<CriticalItem['change']> }) {
  const [all, setAll] = useState(false)
  const found = useMemo(() => {
    // What makes it a replacement stands first: it is the cause of all the rest.
    return differences(change, MOST).sort((a, b) => Number(b.forcesReplacement) - Number(a.forcesReplacement))
  }, [change])
  if (found.length === 0) return null
  const compared = found.filter((one) => one.before.kind !== 'absent' && one.after.kind !== 'absent').length
  const shown = all || found.length <= SHOWN + 2 ? found.length : Math.max(SHOWN, compared)
  const ordered = [...found.filter((one) => one.before.kind !== 'absent' && one.after.kind !== 'absent'), ...found.filter((one) => one.before.kind === 'absent' || one.after.kind === 'absent')]
  return (
    <>
      <Differences of={ordered.slice(0, shown)} />
      {shown < found.length && (
        <button type="button" class="link-button" onClick={() => setAll(true)}>Show {found.length - shown} more attributes</button>
      )}
      {found.length === MOST && <p class="was">Only the first {MOST} attributes are compared here; all are in the plan.</p>}
    </>
  )
}
