/**
 * An authenticator app, set up from a terminal: the server's secret as a QR code, two codes in a row, and then the wait for a key.
 *
 * A terminal lets nothing in. Whoever stole its key could do all of this as well, and has an app that waits; what makes it count is a
 * touch in the browser, after its person typed the code that this terminal shows. So that code is shown here, and nowhere else.
 */
import { answer, type CodesPending, type CodesShown } from '../client/wire.ts'
import type { Session } from '../client/session.ts'
import { offerToOpen } from '../apply/offer.ts'
import { CliError, exitCodes } from '../exit.ts'
import { safe, type Output } from '../output.ts'
import { startProgress } from '../render/progress.ts'
import { drawQr } from '../render/qr.ts'
import { readLines, type Lines } from './ask.ts'

export type Enrolling = { readonly label: string; readonly qr: boolean }
export type Enrolled = { readonly id: string; readonly label: string; readonly fingerprint: string; readonly link: string; readonly hasKey: boolean }

const tries = 5
const lookEvery = 2_000

export async function enrolApp({ api, profile, trust }: Session, output: Output, asked: Enrolling): Promise<Enrolled> {
  const shown = answer('secret of an app', await api.call('POST', '/api/v1/authenticator-apps/begin', { body: { label: asked.label } }))
  if (!/^otpauth:\/\/totp\/[\x21-\x7e]+$/.test(shown.address)) throw new CliError('server_unexpected', 'The server sent something that is not the address of an authenticator app.', 'See both versions with: countersign doctor')
  showSecret(output, shown, asked.qr)
  const lines = readLines(output)
  let waits: CodesPending
  try {
    waits = await confirm(api, output, lines, shown.ceremony)
  } finally {
    lines.close()
  }
  const { id, label, fingerprint } = waits.pending
  const { hasKey } = answer('codes', await api.call('GET', '/api/v1/authenticator-apps'))
  return { id, label, fingerprint, hasKey, link: `${trust.sites.at(-1)?.origins[0] ?? profile.server}/keys` }
}

function showSecret(output: Output, { address, secret }: CodesShown, qr: boolean): void {
  const picture = drawQr(address, output)
  const fits = output.live && (process.stdout.columns ?? 80) >= picture.length * 2
  output.line('Scan this with an authenticator app, or type its secret there. It is shown once; whoever sees it can make your codes.')
  output.line()
  if (qr && fits) for (const line of picture) output.line(`  ${line}`)
  else output.line(`  ${safe(address)}`)
  output.line()
  output.line(`  secret   ${output.paint.bold(safe(secret))}`)
  output.line()
}

/** Wrong pairs are asked for again, as long as the server takes them: a clock that is wrong is seen here, and not when it counts. */
async function confirm(api: Session['api'], output: Output, lines: Lines, ceremony: string): Promise<CodesPending> {
  for (let left = tries - 1; ; left -= 1) {
    const codes = [(await lines.next('The code that the app shows: ')).trim(), (await lines.next('When it changes, the next one: ')).trim()]
    try {
      return answer('app that waits', await api.call('POST', '/api/v1/authenticator-apps/confirm', { body: { ceremony, codes } }))
    } catch (error) {
      const again = error instanceof CliError && (error.code === 'codes_not_consecutive' || error.code === 'code_malformed')
      if (!again || left === 0) throw error
      output.warn(`${error.message} ${error.next}`)
    }
  }
}

/** Until it counts, is taken back, or the time is up. It goes on waiting at the server. */
export async function waitForVoucher({ api }: Session, output: Output, { id, link, hasKey }: Enrolled, timeout: number): Promise<'counts' | 'gone' | 'waits'> {
  const limit = Date.now() + timeout
  const offer = hasKey ? offerToOpen(output, link) : { end: () => undefined }
  const progress = startProgress(output, hasKey ? 'waiting for your key' : 'waiting for the person who vouches')
  try {
    for (;;) {
      const { apps, pending } = answer('codes', await api.call('GET', '/api/v1/authenticator-apps'))
      if (apps.some((app) => app.id === id)) return 'counts'
      if (!pending.some((app) => app.id === id)) return 'gone'
      const left = limit - Date.now()
      if (left <= 0) return 'waits'
      await new Promise((resolve) => setTimeout(resolve, Math.min(lookEvery, left)))
    }
  } finally {
    progress.end()
    offer.end()
  }
}

export function refuseGone(): CliError {
  return new CliError('challenge_cancelled', 'The app was taken back before a key let it in.', 'Enrol it again if it is still wanted.', { exit: exitCodes.notCountersigned })
}
