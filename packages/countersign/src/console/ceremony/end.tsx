/** How a ceremony ended, and where to go from here. Each end has its own sign and words. */
import { isStateCredential } from '@countersign/proof'
import type { CeremonyStatus, CeremonyView } from '../api/views.ts'
import { Code } from '../parts/code.tsx'
import { Icon } from '../parts/icon.tsx'
import { Link } from '../parts/link.tsx'
import { Heading } from '../parts/page.tsx'
import { Text } from '../parts/text.tsx'
import { clockTime } from '../parts/time.tsx'
import { StateOutcome, stateSubjectOf } from './end-state.tsx'
import { roleWords, statusWords } from './words.ts'

const aboutPeople: ReadonlySet<string> = new Set(['role', 'removal', 'recovery', 'link'])

type Ended = Exclude<CeremonyStatus, 'waiting'>

const nextWords: Record<Ended, (view: CeremonyView) => string> = {
  countersigned: (view) => (view.kind === 'run' ? (view.you.role === 'self' ? 'Go back to your terminal: it goes on by itself.' : 'The terminal of the person who asked goes on by itself.') : 'The change is in effect.'),
  consumed: (view) => (view.kind === 'run' ? 'The countersignature was used; it cannot be used again.' : 'The change is in effect.'),
  denied: () => 'Nothing happens. Whoever asked sees that it was denied.',
  expired: (view) => `Nobody answered in time, and nothing was done. If it is still wanted, ask again${view.kind === 'run' ? ' from the terminal' : ''}: there will be a new code.`,
  cancelled: () => 'It was taken back where it was made. Nothing was done.',
}

export function End({ view, status, reported }: { view: CeremonyView; status: Ended; reported: boolean }) {
  const { word, tone, icon } = statusWords[status]
  const state = stateSubjectOf(view)
  const given = status === 'countersigned' || status === 'consumed'
  return (
    <div class="end appear">
      <span class={`end-sign ${tone}`}><Icon name={icon} size={28} /></span>
      <Heading>{word}</Heading>
      <p class="end-next" role="status">{state !== null && given ? <StateOutcome subject={state} self={view.you.role === 'self'} /> : nextWords[status](view)}</p>
      {status === 'denied' && reported && state !== null && isStateCredential(state.executor) && <p class="end-next">It was reported: the state credential that asked is worth nothing any more, and everything else it asked is closed. If it was yours after all, run <code>countersign state init</code> again. If it was not, somebody has its password: look at where it was kept.</p>}
      {status === 'denied' && reported && !(state !== null && isStateCredential(state.executor)) && <p class="end-next">It was reported: the terminal that asked is signed out, and everything else it asked is closed. If it was yours after all, run <code>countersign login</code> there. If it was not, look at <Link to="/keys">your keys</Link>.</p>}
      {!view.typeCode && <p class="end-code"><Code of={view.code} /></p>}
      {view.countersignatures.length > 0 && (
        <ul class="given">
          {view.countersignatures.map((one) => (
            <li key={`${one.person} ${one.at}`}>
              <span class="tone-green"><Icon name="check" size={16} /></span>
              <span><b><Text of={one.name} /></b>, {clockTime(one.at)}<span class="sub">{roleWords(one.role)} · <Text of={one.label} /></span></span>
            </li>
          ))}
        </ul>
      )}
      <p class="end-links">
        {view.run !== null && <Link to={`/runs/${view.run}`}>See the run</Link>}
        {state !== null && <Link to={`/workspaces/${encodeURIComponent(state.workspace.name)}`}>The workspace</Link>}
        {view.kind === 'revocation' && <Link to="/keys">Your keys</Link>}
        {aboutPeople.has(view.kind) && <Link to="/people">{view.kind === 'role' ? 'Go on under People' : 'People'}</Link>}
        {view.kind === 'policy' && <Link to="/policy">The policy</Link>}
        <Link to="/">What waits for you</Link>
      </p>
    </div>
  )
}
