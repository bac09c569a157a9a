/** One run in a list. */
import type { RunView } from '../api/views.ts'
import { Icon } from '../parts/icon.tsx'
import { Link } from '../parts/link.tsx'
import { Text } from '../parts/text.tsx'
import { Ago } from '../parts/time.tsx'
import { runWords } from './run-words.ts'

export function RunState({ run }: { run: RunView }) {
  const { word, tone, icon } = runWords[run.status]
  return <span class={`state ${tone}`}><Icon name={icon} size={16} />{word}</span>
}

export function RunRow({ run }: { run: RunView }) {
  return (
    <Link to={`/runs/${run.id}`} class="row-link">
      <span class="row-main">
        <span class="row-title"><Text of={run.workspace} /></span>
        <span class="row-sub row-line">{run.scope === 'destroy' ? 'destroy' : 'apply'} in <Text of={run.environment} />, by <Text of={run.requester.name} />, <Ago at={run.createdAt} /></span>
      </span>
      <span class="row-end"><RunState run={run} /></span>
    </Link>
  )
}
