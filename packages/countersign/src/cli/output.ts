/**
 * Where words go. Without --json people read stdout, as with terraform itself. With --json stdout is one JSON document and nothing
 * else; everything for people goes to stderr.
 *
 * Everything that came from a plan, a server or a file is escaped before it is shown: a resource name may hold control characters.
 */
import pc from 'picocolors'
import { escapeText } from '../plan/text/escape-text.ts'

export type Paint = Pick<typeof pc, 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'>

export interface Output {
  readonly json: boolean
  /** True when people watch the place where progress is shown. */
  readonly live: boolean
  readonly colour: boolean
  readonly paint: Paint
  /** One line, or several, for people. Not escaped: it is ours, or `safe` was used. */
  line(text?: string): void
  /** Without a line end. */
  raw(text: string): void
  /** To stderr in either mode. */
  warn(text: string): void
  /** The result of --json. Once. */
  data(value: unknown): void
}

/** `aside`: stdout is for a file or a shell to read, and nobody's words may stand in it. */
export type OutputMode = boolean | 'aside' | undefined

export function createOutput(mode: OutputMode): Output {
  const json = mode === true
  const stream = json || mode === 'aside' ? process.stderr : process.stdout
  // isTTY is absent where it is not true, and an absent answer would mean "ask the environment" to createColors.
  const watched = (stream as { isTTY?: boolean }).isTTY ?? false
  const colour = pc.isColorSupported && watched
  const paint = pc.createColors(colour)
  return {
    json,
    live: watched,
    colour,
    paint,
    line: (text = '') => void stream.write(`${text}\n`),
    raw: (text) => void stream.write(text),
    warn: (text) => void process.stderr.write(`${text}\n`),
    data(value) {
      if (json) process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
    },
  }
}

/** Foreign text for one line of a terminal. */
export function safe(text: string): string {
  return escapeText(text)
}
