/**
 * Whether a person is at this page: visible, and touched in the last few minutes. Background questions to the server
 * (has the run gone on?) stop when nobody looks, because each of them would keep the session from going idle.
 */
const ATTENTIVE_MS = 5 * 60_000
let lastTouch = Date.now()

export function watchAttention(): void {
  for (const event of ['pointerdown', 'keydown'] as const) {
    addEventListener(event, () => (lastTouch = Date.now()), { passive: true, capture: true })
  }
}

export function attentive(): boolean {
  return document.visibilityState === 'visible' && Date.now() - lastTouch < ATTENTIVE_MS
}
