/** What the pages of states share: their navigation, and a mark that is a sign and a word before it is a colour. */
import type { ComponentChildren } from 'preact'
import type { Named } from '../../api/views.ts'
import type { Tone } from '../../ceremony/words.ts'
import { Icon } from '../../parts/icon.tsx'
import type { IconName } from '../../parts/icon.tsx'
import { Link } from '../../parts/link.tsx'
import { plain, Text } from '../../parts/text.tsx'
import { workspacePath } from '../../router.ts'
import type { WorkspacePart } from '../../router.ts'

export function Mark({ of: { word, tone, icon } }: { of: { word: string; tone: Tone; icon: IconName } }) {
  return <span class={`state ${tone}`}><Icon name={icon} size={16} />{word}</span>
}

export function Who({ of }: { of: Named }) {
  return of.name === '' ? <i>somebody whose name was erased</i> : <Text of={of.name} />
}

const pages = [['workspaces', '/workspaces', 'Workspaces'], ['quarantine', '/quarantine', 'Quarantine'], ['state-credentials', '/state-credentials', 'Credentials']] as const

export function StatesNav({ now }: { now: (typeof pages)[number][0] }) {
  return <nav class="subnav" aria-label="States">{pages.map(([name, to, word]) => <Link key={name} to={to} class="subtab" current={name === now}>{word}</Link>)}</nav>
}

export function WorkspaceNav({ name, now, secrets, quarantined }: { name: string; now: WorkspacePart | null; secrets: number | null; quarantined: number }) {
  const at = workspacePath(name)
  const tab = (part: WorkspacePart, to: string, word: ComponentChildren) => <Link to={to} class="subtab" current={part === now}>{word}</Link>
  return (
    <nav class="subnav" aria-label={`Pages of ${plain(name)}`}>
      {tab('state', at, 'Versions')}
      {tab('reads', `${at}/reads`, 'Readings')}
      {tab('secrets', `${at}/secrets`, <>Secrets<Count of={secrets ?? 0} /></>)}
      {tab('quarantine', `${at}/quarantine`, <>Quarantine<Count of={quarantined} /></>)}
    </nav>
  )
}

function Count({ of }: { of: number }) {
  return of === 0 ? null : <span class="subtab-count">{of.toLocaleString('en')}</span>
}
