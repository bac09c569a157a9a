/** What the demonstration shows: aligned lines, a word for every colour, a clock where somebody waits. */
import pc from 'picocolors'

export interface Screen {
  readonly live: boolean
  say(text?: string): void
  /** A numbered step. */
  step(number: number, text: string): void
  /** An attempt and its refusal, aligned. */
  refused(what: string, by: string, code: string): void
  strong(text: string): string
  faint(text: string): string
  good(text: string): string
  bad(text: string): string
  /** A line with a running clock until it is ended, or nothing but the last line where nobody watches. */
  waiting(text: string): { end(last: string): void }
}

const WIDTH = 64

export function createScreen(stream: NodeJS.WriteStream = process.stdout): Screen {
  const live = (stream as { isTTY?: boolean }).isTTY ?? false
  const paint = pc.createColors(pc.isColorSupported && live)
  const say = (text = ''): void => void stream.write(`${text}\n`)
  const refused: Screen['refused'] = (what, by, code) => say(`   ${what.padEnd(WIDTH)} ${paint.red('REFUSED')} by ${by.padEnd(10)}  ${paint.dim(code)}`)
  return {
    live, say, refused,
    step: (number, text) => say(`${paint.bold(String(number))}  ${text}`),
    strong: (text) => paint.bold(text),
    faint: (text) => paint.dim(text),
    good: (text) => paint.green(text),
    bad: (text) => paint.red(text),
    waiting(text) {
      const started = Date.now()
      if (!live) return { end: say }
      const draw = (): void => {
        const seconds = Math.floor((Date.now() - started) / 1000)
        stream.write(`\r\u001B[K   ${text} ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} ...`)
      }
      draw()
      const timer = setInterval(draw, 250)
      return {
        end(last) {
          clearInterval(timer)
          stream.write('\r\u001B[K')
          say(last)
        },
      }
    },
  }
}
