/** Two codes, typed at the terminal or read from standard input, a line each. Never from an argument: others can see those. */
import { createInterface } from 'node:readline'
import { CliError, exitCodes } from '../exit.ts'
import type { Output } from '../output.ts'

export interface Lines {
  /** The next line. Throws CliError `codes_needed` at the end of the input, `interrupted` at Ctrl-C. */
  next(question: string): Promise<string>
  close(): void
}

/** Lines that come before they are asked for are kept: whoever pipes them in does not wait for questions. */
export function readLines(output: Output): Lines {
  const lines = createInterface({ input: process.stdin, output: process.stdin.isTTY ? process.stderr : undefined, terminal: process.stdin.isTTY })
  const kept: string[] = []
  let ended: CliError | undefined
  let wake = (): void => undefined
  lines.on('line', (line) => {
    kept.push(line)
    wake()
  })
  const over = (error: CliError): void => {
    ended ??= error
    wake()
  }
  lines.on('SIGINT', () => over(new CliError('interrupted', 'Interrupted: no app was added.', '', { exit: exitCodes.notCountersigned })))
  lines.on('close', () => over(new CliError('codes_needed', 'Two codes of the app are needed, and the input has ended.', 'Run it in a terminal, or send two lines with a code each.')))
  return {
    async next(question) {
      if (process.stdin.isTTY) lines.setPrompt(question)
      else output.line(question.trimEnd())
      if (process.stdin.isTTY) lines.prompt()
      while (kept.length === 0 && ended === undefined) await new Promise<void>((resolve) => (wake = resolve))
      const line = kept.shift()
      if (line === undefined) throw ended ?? new CliError('codes_needed', 'Two codes of the app are needed.')
      return line
    },
    close: () => lines.close(),
  }
}
