/** A link within the console: an ordinary link that does not load the document again. */
import type { ComponentChildren } from 'preact'
import { navigate } from '../router.ts'

type LinkProps = { to: string; class?: string; current?: boolean; label?: string; children: ComponentChildren }

export function Link({ to, class: className, current = false, label, children }: LinkProps) {
  const follow = (event: MouseEvent): void => {
    // Anything but a plain click (a new tab, a download) stays the browser's.
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    navigate(to)
  }
  return (
    <a href={to} class={className} aria-current={current ? 'page' : undefined} aria-label={label} onClick={follow}>
      {children}
    </a>
  )
}
