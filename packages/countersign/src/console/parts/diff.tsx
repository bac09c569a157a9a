/** Two texts compared line by line. Gone and new lines carry a sign besides their colour; unchanged stretches can be folded. */
import { useMemo, useState } from 'preact/hooks'
import { diffLines, foldable } from './line-diff.ts'
import type { DiffLine } from './line-diff.ts'
import { Text } from './text.tsx'

const signs = { same: ' ', gone: '−', new: '+' } as const
const said = { same: '', gone: 'removed: ', new: 'added: ' } as const

export function Diff({ before, after, label, fold = true }: { before: string; after: string; label: string; fold?: boolean }) {
  const lines = useMemo(() => diffLines(before, after), [before, after])
  const runs = useMemo(() => (fold ? foldable(lines, 3) : [{ from: 0, to: lines.length, fold: false }]), [lines, fold])
  return (
    <div class="diff" role="group" aria-label={label} tabIndex={0}>
      {runs.map((run) => (run.fold && run.to - run.from > 4 ? <Folded key={run.from} lines={lines.slice(run.from, run.to)} /> : <Lines key={run.from} of={lines.slice(run.from, run.to)} />))}
    </div>
  )
}

function Lines({ of }: { of: DiffLine[] }) {
  return (
    <>
      {of.map((line, index) => (
        <div key={index} class={`diff-line ${line.kind}`}>
          <span class="diff-sign" aria-hidden="true">{signs[line.kind]}</span>
          <span class="diff-text">
            {said[line.kind] !== '' && <span class="hidden-text">{said[line.kind]}</span>}
            <Text of={line.text} />
          </span>
        </div>
      ))}
    </>
  )
}

function Folded({ lines }: { lines: DiffLine[] }) {
  const [open, setOpen] = useState(false)
  if (open) return <Lines of={lines} />
  return (
    <button type="button" class="diff-fold" onClick={() => setOpen(true)}>
      {lines.length} unchanged lines
    </button>
  )
}
