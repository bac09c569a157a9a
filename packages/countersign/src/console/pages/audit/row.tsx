/** One entry in a list: what, where, who, when, how it went, and whether it is proven. */
import { Icon } from '../../parts/icon.tsx'
import { Link } from '../../parts/link.tsx'
import { Text } from '../../parts/text.tsx'
import { Ago } from '../../parts/time.tsx'
import type { Checked, Outcome } from '../../../leaves/index.ts'
import { brokenWords, outcomeSigns, saysOf, wordOf } from './words.ts'

export function OutcomeState({ outcome }: { outcome: Outcome | null }) {
  if (outcome === null) return <span class="state quiet">Not shown</span>
  const { icon, tone } = outcomeSigns[outcome]
  return <span class={`state ${tone}`}><Icon name={icon} size={16} />{wordOf(outcome)}</span>
}

/** `sound`: the log as a whole is signed and continued. Without that, a path to its root is worth nothing. */
export function ProofState({ checked, sound }: { checked: Checked; sound: boolean }) {
  const [worst] = checked.broken
  if (worst !== undefined) return <span class="state red"><Icon name="stop" size={16} />{brokenWords[worst].short}</span>
  return sound ? <span class="state green"><Icon name="check" size={16} />Proven</span> : <span class="state amber"><Icon name="question" size={16} />Not proven</span>
}

export function Name({ id, people }: { id: string; people: Record<string, string> }) {
  const name = Object.hasOwn(people, id) ? people[id] : undefined
  return name === undefined ? <code class="id"><Text of={id} /></code> : <Text of={name} />
}

export function EntryRow({ checked, people, to, sound }: { checked: Checked; people: Record<string, string>; to: string; sound: boolean }) {
  const { said, person, workspace, outcome, entry } = checked
  return (
    <Link to={to} class="row-link entry-row">
      <span class="row-main">
        <span class="row-title"><Text of={saysOf(checked)} /></span>
        <span class="row-sub row-line">
          {workspace !== '' && <><b><Text of={workspace} /></b>, </>}
          {person !== '' && <>by <Name id={person} people={people} />, </>}
          {said !== null && <Ago at={new Date(said.at).toISOString()} />}
        </span>
      </span>
      <span class="entry-outcome"><OutcomeState outcome={outcome} /></span>
      <span class="entry-proof"><ProofState checked={checked} sound={sound} /><span class="entry-index">#{entry.index}</span></span>
    </Link>
  )
}
