/** How long the request still waits: a figure, a bar for the eye, and words for who does not see the figure run. */
import { countdown, useNow } from '../parts/time.tsx'

const SOON_MS = 60_000

export function TimeLeft({ createdAt, expiresAt }: { createdAt: string; expiresAt: string }) {
  const now = useNow(1000)
  const left = Math.max(0, Date.parse(expiresAt) - now)
  const whole = Math.max(1, Date.parse(expiresAt) - Date.parse(createdAt))
  const soon = left < SOON_MS
  return (
    <div class={soon ? 'left soon' : 'left'}>
      <p role="timer">
        <span class="left-figure">{countdown(left)}</span> {soon ? 'left: expires soon' : 'left to decide'}
      </p>
      <progress class="left-bar" max={whole} value={left} aria-hidden="true" />
      <span class="hidden-text" aria-live="polite">{soon && left > 0 ? 'Less than a minute is left.' : ''}</span>
    </div>
  )
}
