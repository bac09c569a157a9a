/** What differs between two versions: addresses, never values. Each has its sign and its word. */
import { useState } from 'preact/hooks'
import { call } from '../../api/call.ts'
import type { DiffView } from '../../api/state-views.ts'
import { useResource } from '../../api/use-resource.ts'
import { Button } from '../../parts/button.tsx'
import { Link } from '../../parts/link.tsx'
import { Notice, ProblemNotice } from '../../parts/notice.tsx'
import { Loading } from '../../parts/page.tsx'
import { counted } from '../../parts/size.ts'
import { Text } from '../../parts/text.tsx'
import { workspacePath } from '../../router.ts'

export function Diff({ name, from, to }: { name: string; from: number; to: number }) {
  const path = `/api/v1/state/workspaces/${encodeURIComponent(name)}/diff?from=${from}&to=${to}`
  const [diff, again] = useResource((signal) => call<DiffView>('GET', path, undefined, signal), path)
  const at = workspacePath(name)
  return (
    <section class="section" aria-labelledby="diff-title">
      <div class="section-head">
        <h2 id="diff-title">{from === 0 ? `All that is in version ${to}` : `From version ${from} to version ${to}`}</h2>
        {from !== 0 && to !== 0 && <Link to={`${at}/diff/${to}/${from}`}>The other way round</Link>}
      </div>
      {diff.state === 'loading' && <Loading what="the comparison" />}
      {diff.state === 'failed' && <ProblemNotice problem={diff.problem} again={again} />}
      {diff.state === 'ready' && <AddressDiff diff={diff.value} />}
      <p class="foot-note"><Link to={at}>Back to the versions</Link></p>
    </section>
  )
}

const kinds = [['removed', '−', 'gone', 'leaves'], ['changed', '~', 'other', 'changed'], ['added', '+', 'new', 'comes in']] as const

type Line = { address: string; sign: string; kind: string; word: string }

function linesOf(diff: DiffView): Line[] {
  const lines = kinds.flatMap(([key, sign, kind, word]) => diff[key].map((address) => ({ address, sign, kind, word })))
  const outputs = kinds.flatMap(([key, sign, kind, word]) => diff.outputs[key].map((output) => ({ address: `output.${output}`, sign, kind, word })))
  return [...lines, ...outputs]
}

const SHOWN = 200

export function AddressDiff({ diff }: { diff: DiffView }) {
  const [all, setAll] = useState(false)
  if (diff.opaque) return <Notice title="These cannot be compared."><p>One of them is encrypted by its client: nothing of its content is known here.</p></Notice>
  const lines = linesOf(diff)
  if (lines.length === 0) return <Notice tone="green" title="The same addresses, with the same values." />
  return (
    <>
      <p class="quiet small diff-counts">{kinds.map(([key, , , word]) => `${(diff[key].length + diff.outputs[key].length).toLocaleString('en')} ${word}`).join(' · ')}</p>
      <ul class="diff addresses" aria-label="Addresses that differ">
        {lines.slice(0, all ? undefined : SHOWN).map(({ address, sign, kind, word }) => (
          <li key={`${kind} ${address}`} class={`diff-line ${kind}`}>
            <span class="diff-sign" aria-hidden="true">{sign}</span>
            <span class="diff-text"><span class="hidden-text">{word}: </span><Text of={address} /></span>
          </li>
        ))}
      </ul>
      {lines.length > SHOWN && !all && <div class="actions"><Button look="plain" onPress={() => setAll(true)}>Show all {counted(lines.length, 'address', 'addresses')}</Button></div>}
    </>
  )
}
