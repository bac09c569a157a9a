/** Something the person should know now. Colour is the least of it: each tone has its sign and its first words. */
import type { ComponentChildren } from 'preact'
import type { Problem } from '../api/problem.ts'
import { Icon } from './icon.tsx'
import type { IconName } from './icon.tsx'
import { Text } from './text.tsx'

type Tone = 'plain' | 'red' | 'amber' | 'green'
const signs: Record<Tone, IconName> = { plain: 'info', red: 'stop', amber: 'warning', green: 'check' }

export function Notice({ tone = 'plain', title, children, alert = false }: { tone?: Tone; title?: string; children?: ComponentChildren; alert?: boolean }) {
  return (
    <div class={`notice ${tone} appear`} role={alert ? 'alert' : undefined}>
      <Icon name={signs[tone]} />
      <div>
        {title !== undefined && <p><strong>{title}</strong></p>}
        {children}
      </div>
    </div>
  )
}

/** What went wrong, to what, what to do next, and a way to do it. */
export function ProblemNotice({ problem, again }: { problem: Problem; again?: (() => void) | undefined }) {
  return (
    <Notice tone="red" alert>
      <p><strong><Text of={problem.message} /></strong></p>
      {problem.next !== '' && <p><Text of={problem.next} /></p>}
      {again !== undefined && <button type="button" class="link-button" onClick={again}>Try again</button>}
    </Notice>
  )
}
