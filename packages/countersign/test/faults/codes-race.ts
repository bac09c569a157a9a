/** Codes that are good once, each tried by several browsers at the same moment: how many of them got in. */
import { Secret, TOTP } from 'otpauth'
import { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import { invite } from '../support/team.ts'

const password = 'a long password that nobody guesses'
const step = 30_000

export type Codes = { recovery: string[]; apps: { login: string; code: string }[] }

/** The owner's recovery codes, and people who have an app and a password, with the code that each app shows next. */
export async function codesOf(owner: SoftwarePerson, people: number): Promise<Codes> {
  const me = (await owner.must('GET', '/api/v1/session'))['person'] as { id: string }
  await owner.must('POST', `/api/v1/members/${me.id}/profile`, { login: 'ada', email: '' })
  const begun = await owner.must('POST', '/api/v1/recovery-codes/begin', {})
  const { codes } = (await owner.must('POST', '/api/v1/recovery-codes', { proof: { ceremony: begun['ceremony'], response: owner.sign(begun['options']) } })) as { codes: string[] }
  const apps: Codes['apps'] = []
  for (let at = 0; at < people; at++) {
    const login = `person-${at}`
    const { id, link } = await invite(owner, `Person ${at}`, 'operator')
    await owner.must('POST', `/api/v1/members/${id}/profile`, { login, email: '' })
    const token = new URL(link).hash.slice(1)
    const person = new SoftwarePerson(owner.url)
    const shown = await person.must('POST', '/api/v1/invitation/app/begin', { token, label: 'phone' })
    const totp = new TOTP({ secret: Secret.fromBase32(String(shown['secret']).replaceAll(' ', '')) })
    const code = (ahead: number): string => totp.generate({ timestamp: Date.now() + ahead * step })
    const { pending } = (await person.must('POST', '/api/v1/invitation/app/confirm', { token, ceremony: shown['ceremony'], codes: [code(-1), code(0)], password })) as { pending: { id: string; fingerprint: string } }
    const vouching = await owner.must('POST', `/api/v1/authenticator-apps/${pending.id}/voucher/begin`, { fingerprint: pending.fingerprint })
    await owner.must('POST', `/api/v1/authenticator-apps/${pending.id}/voucher/finish`, { ceremony: vouching['ceremony'], response: owner.sign((vouching['voucher'] as { options: unknown }).options) })
    apps.push({ login, code: code(1) })
  }
  return { recovery: codes, apps }
}

/** @returns for each code how often it let somebody in */
export async function raced(url: string, { recovery, apps }: Codes, at: number): Promise<number[]> {
  const race = async (path: string, body: object): Promise<number> => {
    const tries = await Promise.allSettled(Array.from({ length: at }, () => new SoftwarePerson(url).call('POST', path, body)))
    return tries.filter((one) => one.status === 'fulfilled' && one.value.status === 200).length
  }
  const let_in: number[] = []
  for (const { login, code } of apps) let_in.push(await race('/api/v1/session/password', { login, password, code }))
  for (const code of recovery) let_in.push(await race('/api/v1/session/recovery', { login: 'ada', code }))
  return let_in
}
