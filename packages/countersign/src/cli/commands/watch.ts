import type { Command } from 'commander'
import { openInBrowser } from '../apply/offer.ts'
import { connect } from '../apply/connect.ts'
import { readRepository } from '../config/repository.ts'
import { exitCodes, type ExitCode } from '../exit.ts'
import { safe, type Output } from '../output.ts'
import { timeOfDay } from '../render/words.ts'
import { questionWords } from '../state/show-question.ts'
import { watchWaiting, type Waiting } from '../state/waiting.ts'
import type { Runner } from './table.ts'

type Options = { server?: string; json?: boolean; open?: boolean }

export function define(command: Command, run: Runner): void {
  command
    .option('--server <url>', 'the Countersign server')
    .option('--open', 'open each in the browser')
    .option('--json', 'print one JSON document a line to stdout')
    .addHelpText('after', `
What is asked in your name about states shows here within a second, until Ctrl-C: terraform itself is silent while it waits. What you
did not ask is said no to on its page.

Examples:
  countersign watch
  countersign watch --json | jq --unbuffered -r .link`)
    .action(async (options: Options) => await run(options.json, async (output) => await watch(options, output)))
}

async function watch(options: Options, output: Output): Promise<ExitCode> {
  const session = await connect(options, await readRepository(process.cwd()), output)
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => stop.abort())
  output.warn(`Watching what waits for ${safe(session.person.name)} at ${session.profile.server}. Ctrl-C ends it.`)
  const came = (waiting: Waiting): void => {
    show(waiting, session.api.key.thumbprint, output)
    if (options.open) openInBrowser(waiting.link).catch(() => output.warn('No browser could be opened here.'))
  }
  await watchWaiting(session, {
    came,
    away: () => output.warn('The server does not answer; trying again.'),
    back: () => output.warn('The server answers again.'),
  }, stop.signal)
  return exitCodes.done
}

function show({ request, subject, code, link }: Waiting, thumbprint: string, output: Output): void {
  if (output.json) {
    const { workspace, action } = subject
    process.stdout.write(`${JSON.stringify({ id: request.id, action, workspace: workspace.name, environment: workspace.environment, code, link, source: subject.source, lock: subject.lock, expiresAt: request.expiresAt })}\n`)
    return
  }
  const from = subject.executor === thumbprint ? 'this terminal' : subject.source === '' ? 'a browser' : safe(subject.source)
  output.line(`${timeOfDay(Date.now())}  ${output.paint.bold(code)}  ${safe(subject.workspace.name)} (${safe(subject.workspace.environment)}): ${questionWords(subject)}  from ${from}`)
  output.line(`          ->  ${link}`)
}
