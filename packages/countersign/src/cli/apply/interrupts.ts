/**
 * Ctrl-C, SIGTERM and a terminal that closes. The first one stops what is going on: the plan is dropped, the waiting run taken back, or
 * terraform told once to finish. While terraform applies, further ones only say what is happening: a second interrupt would make it
 * stop at once, and lose the state of what it has changed.
 */
import type { Output } from '../output.ts'

export interface Interrupts {
  readonly signal: AbortSignal
  /** From now on the first interrupt goes to terraform, and this is what further ones are told. */
  applying(): AbortSignal
  end(): void
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export function watchInterrupts(output: Output): Interrupts {
  const before = new AbortController()
  const during = new AbortController()
  let applying = false
  const interrupted = (): void => {
    if (!applying) return before.abort()
    output.warn(during.signal.aborted
      ? 'terraform is still finishing what it began. A second interrupt could lose the state, so it is not passed on.'
      : 'Interrupted: terraform is told to finish what it began and to stop. Wait for it.')
    during.abort()
  }
  for (const name of signals) process.on(name, interrupted)
  return {
    signal: before.signal,
    applying() {
      applying = true
      if (before.signal.aborted) during.abort() // it came while the server was asked: terraform is not started
      return during.signal
    },
    end() {
      for (const name of signals) process.off(name, interrupted)
    },
  }
}
