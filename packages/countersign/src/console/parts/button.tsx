/** Things to press. While something is under way the button says so and cannot be pressed twice; it keeps the focus. */
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { Icon } from './icon.tsx'
import type { IconName } from './icon.tsx'

type ButtonProps = {
  children: ComponentChildren
  onPress?: () => void
  icon?: IconName
  busy?: boolean
  look?: 'solid' | 'plain'
  full?: boolean
  submit?: boolean
  describedBy?: string
}

export function Button({ children, onPress, icon, busy = false, look = 'solid', full = false, submit = false, describedBy }: ButtonProps) {
  // aria-disabled and not disabled: a disabled button loses the focus, and with it the place of a keyboard user.
  return (
    <button
      type={submit ? 'submit' : 'button'}
      class={`button${look === 'plain' ? ' plain' : ''}${full ? ' full' : ''}${busy ? ' busy' : ''}`}
      aria-disabled={busy ? 'true' : undefined}
      aria-describedby={describedBy}
      onClick={(event) => {
        if (busy) event.preventDefault()
        else onPress?.()
      }}
    >
      {icon !== undefined && <Icon name={icon} />}
      <span>{children}</span>
    </button>
  )
}

/** A command to run in a terminal, and a way to take it there. */
export function Command({ of }: { of: string }) {
  const [copied, setCopied] = useState(false)
  const copy = (): void => {
    navigator.clipboard.writeText(of).then(() => setCopied(true), () => setCopied(false))
  }
  return (
    <div class="command">
      <code tabIndex={0} role="group" aria-label="Command">{of}</code>
      <button type="button" onClick={copy} aria-live="polite">{copied ? 'Copied' : 'Copy'}</button>
    </div>
  )
}
