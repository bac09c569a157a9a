/** Turns whatever was thrown into words for the person, one JSON object with --json, and an exit code. Never a stack trace. */
import { CliError, exitCodes, type ExitCode } from './exit.ts'
import { escapeText } from '../plan/text/escape-text.ts'
import { safe, type Output } from './output.ts'

type Told = { readonly code: string; readonly message: string; readonly next: string; readonly exit: ExitCode }

export async function explain(error: unknown, output: Output): Promise<ExitCode> {
  const told = await wordsFor(error)
  if (output.json) output.data({ error: { code: told.code, message: told.message, next: told.next } })
  const { paint } = output
  // A message may repeat what a server or a file said.
  const shown = [told.message, told.next].filter((text) => text !== '').map((text) => escapeText(text, { lines: true })).join('\n')
  output.warn(`${paint.red('Error')} ${paint.dim(`(${safe(told.code)})`)}: ${shown}`)
  return told.exit
}

async function wordsFor(error: unknown): Promise<Told> {
  if (error instanceof CliError) return { code: error.code, message: error.message, next: error.next, exit: error.exit }
  if (isCoded(error)) return { code: error.code, message: error.message, next: 'next' in error && typeof error.next === 'string' ? error.next : '', exit: exitCodes.error }
  const message = error instanceof Error ? error.message : String(error)
  return { code: 'unexpected', message: `Something went wrong that countersign does not know: ${message.slice(0, 500)}`, next: 'See what is unusual with: countersign doctor', exit: exitCodes.error }
}

/** Errors of the rooms below carry a code of a closed set, in lower case with underscores; those of node are in capitals. */
function isCoded(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && /^[a-z]+(_[a-z]+)+$/.test(error.code)
}
