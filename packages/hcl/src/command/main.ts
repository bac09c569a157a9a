/** The `hcl` command. Only what a command needs is loaded. Exit codes: 0 fine, 1 something is wrong with what was read, 2 wrong use. */
import { commands, help } from './table.ts'
import { parseWords, UsageError } from './words.ts'

/** Runs one command line and answers its exit code. Whatever goes wrong is a sentence on stderr, never a stack trace. */
export async function main(argv: readonly string[]): Promise<number> {
  outliveReaders()
  const [name = '', ...rest] = argv
  const command = commands[name]
  if (name === '--help' || name === '-h' || name === 'help') return say(help(rest[0]))
  if (command === undefined) return refuse(name === '' ? 'Which command?' : `There is no command ${JSON.stringify(name)}.`)
  if (rest.includes('--help') || rest.includes('-h')) return say(help(name))
  try {
    const words = parseWords(rest, command.options)
    const run = await command.load()
    return await run(words)
  } catch (error) {
    if (error instanceof UsageError) return refuse(error.message, name)
    process.stderr.write(`hcl ${name}: ${error instanceof Error ? error.message : String(error)}\n`)
    return 1
  }
}

function say(text: string): number {
  process.stdout.write(text)
  return 0
}

function refuse(why: string, name = ''): number {
  process.stderr.write(`${why} See: hcl ${name === '' ? '' : `${name} `}--help\n`)
  return 2
}

/** Whoever reads may stop reading (`| head`). */
function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    if (stream.listenerCount('error') === 0) stream.on('error', () => process.exit(process.exitCode ?? 0))
  }
}
