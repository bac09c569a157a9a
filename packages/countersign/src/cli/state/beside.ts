/** While terraform runs and waits in silence: what waits for the person is said on stderr, where terraform's own output stays whole. */
import type { Session } from '../client/session.ts'
import { safe, type Output } from '../output.ts'
import { questionWords } from './show-question.ts'
import { watchWaiting, type Waiting } from './waiting.ts'

/** `credential`: ours; what comes from elsewhere is shown as that. A watch that fails is no reason to stop terraform. */
export function sayWhatWaits(session: Session, credential: string, output: Output): { end: () => Promise<void> } {
  const stop = new AbortController()
  const came = (waiting: Waiting): void => output.warn(wordsFor(waiting, waiting.subject.executor === credential, output))
  const watching = watchWaiting(session, { came }, stop.signal).catch((error: unknown) => {
    output.warn(`What waits for you cannot be shown here (${error instanceof Error ? safe(error.message) : 'unknown'}): see it in the console.`)
  })
  return {
    async end() {
      stop.abort()
      await watching
    },
  }
}

function wordsFor({ subject, code, link }: Waiting, own: boolean, { paint }: Output): string {
  const what = `${safe(subject.workspace.name)} (${safe(subject.workspace.environment)}): ${questionWords(subject)}`
  const first = own ? `${paint.bold('Waiting for you')}  ${what}` : `${paint.yellow('Also waits for you, and was not asked by this command')}  ${what}, from ${safe(subject.source)}`
  return `\n${first}\n  what you sign   ${paint.bold(code)}      ->  ${link}\n`
}
