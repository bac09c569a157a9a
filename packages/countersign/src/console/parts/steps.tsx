/** Steps that follow one another: which are done, which is now, which come later. Said in words as well as in circles. */
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { Icon } from './icon.tsx'

export function Steps({ steps, now }: { steps: { title: string; body: ComponentChildren }[]; now: number }) {
  const current = useRef<HTMLHeadingElement>(null)
  const first = useRef(true)
  useEffect(() => {
    // The heading of the page has the focus at first; afterwards it moves with the steps.
    if (!first.current) current.current?.focus()
    first.current = false
  }, [now])
  return (
    <ol class="steps">
      {steps.map((step, index) => {
        const state = index < now ? 'done' : index === now ? 'now' : 'later'
        return (
          <li key={step.title} class={`step ${state}`} aria-current={state === 'now' ? 'step' : undefined}>
            <span class="step-mark" aria-hidden="true">{state === 'done' ? <Icon name="check" size={16} /> : index + 1}</span>
            <div>
              <h3 {...(state === 'now' ? { ref: current, tabIndex: -1 } : {})}>
                {step.title}
                {state === 'done' && <span class="hidden-text">, done</span>}
              </h3>
              {state === 'now' && step.body}
            </div>
          </li>
        )
      })}
    </ol>
  )
}
