/** Something that takes a while: one line that is rewritten on a terminal, a line now and then elsewhere. */
import type { Output } from '../output.ts'
import { clock } from './words.ts'

export interface Progress {
  /** The text before the clock. */
  say(text: string): void
  /** Ends it; the last line is replaced by `text`, or taken away. */
  end(text?: string): void
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

export function startProgress(output: Output, text: string): Progress {
  return output.live ? rewritten(output, text) : spelled(output, text)
}

const SOON = 1_000

/** For what is usually over at once: nothing is shown before it has taken a second. */
export function progressIfSlow(output: Output, first: string): Progress {
  let text = first
  let shown: Progress | undefined
  const timer = setTimeout(() => void (shown = startProgress(output, text)), SOON)
  timer.unref()
  return {
    say(next) {
      text = next
      shown?.say(next)
    },
    end(last) {
      clearTimeout(timer)
      if (shown) shown.end(last)
      else if (last !== undefined) output.line(last)
    },
  }
}

function rewritten(output: Output, first: string): Progress {
  const started = Date.now()
  let text = first
  let turn = 0
  const draw = (): void => output.raw(`\r\u001b[K${output.paint.cyan(FRAMES[turn++ % FRAMES.length] ?? '')} ${text} ${clock(Date.now() - started)}`)
  draw()
  const timer = setInterval(draw, 120)
  timer.unref()
  return {
    say: (next) => void (text = next),
    end(last) {
      clearInterval(timer)
      output.raw('\r\u001b[K')
      if (last !== undefined) output.line(last)
    },
  }
}

function spelled(output: Output, first: string): Progress {
  const started = Date.now()
  let text = first
  output.line(`${text} ...`)
  const timer = setInterval(() => output.line(`${text} ${clock(Date.now() - started)}`), 30_000)
  timer.unref()
  return {
    say(next) {
      if (next !== text) output.line(next)
      text = next
    },
    end(last) {
      clearInterval(timer)
      if (last !== undefined) output.line(last)
    },
  }
}
