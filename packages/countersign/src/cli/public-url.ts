/**
 * The public URL, asked for before the first enrolment. Security keys are bound to its host name and cannot be moved by a setting, so
 * whoever is about to be reached by others and has said no URL is told what it fixes, and asked. Without a terminal the server
 * refuses by itself.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Loaded } from '../platform/settings.ts'
import { isLoopback, parsePublicUrl } from '../platform/setting-values.ts'
import { CliError } from './exit.ts'
import type { Output } from './output.ts'

/** Whether somebody has to be asked: others will reach the server, and nobody said under which name. */
export function urlIsMissing({ settings, said }: Loaded): boolean {
  const reached = settings.addr.some(({ host }) => !isLoopback(host)) || settings.tlsCert !== '' || settings.trustedProxy.length > 0
  return reached && !said.has('url')
}

/** Answers the URL, and keeps it in the settings file if the person wants that. */
export async function askForUrl(output: Output, config: string): Promise<URL> {
  output.line('Others will reach this server, and no public URL is set.')
  output.line('It is what people type into the browser. Security keys are bound to its host name when they are enrolled, for good:')
  output.line('under another name they would not work. Choose a name that can stay, such as https://countersign.example.com.')
  output.line()
  const { text, confirm, isCancel } = await import('@clack/prompts')
  const answer = await text({ message: 'Public URL', placeholder: 'https://countersign.example.com', output: process.stderr, validate: (typed) => problemWith(typed ?? '') })
  if (isCancel(answer)) throw new CliError('interrupted', 'Interrupted.')
  const url = parsePublicUrl(answer.trim())
  const keep = await confirm({ message: `Write it into ${config}, so that every start uses it?`, output: process.stderr })
  if (isCancel(keep)) throw new CliError('interrupted', 'Interrupted.')
  if (keep) {
    // Before the first start there is no data folder; it is private from its first moment.
    mkdirSync(dirname(config), { recursive: true, mode: 0o700 })
    const before = existsSync(config) ? readFileSync(config, 'utf8') : ''
    appendFileSync(config, `${before === '' || before.endsWith('\n') ? '' : '\n'}url: ${url.origin}\n`, { mode: 0o600 })
  }
  return url
}

function problemWith(typed: string): string | undefined {
  try {
    return parsePublicUrl(typed.trim()).protocol === 'https:' ? undefined : 'Others need https://'
  } catch (error) {
    return error instanceof Error ? `It ${error.message}` : 'That is not a URL'
  }
}
