/** Several people at one server: invited, enrolled and vouched for exactly as people are. */
import { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import { signInTerminal } from '../../src/demonstration/raw-terminal.ts'
import type { SoftwareAuthenticator } from '../../src/identity/index.ts'
import type { RawTerminal } from '../../src/demonstration/raw-terminal.ts'

export type Member = { id: string; name: string; status: string; roles: { role: string; scope: string }[]; keys: number; yours: boolean; pending: { id: string; yours: boolean; vouched: boolean } | null; recovery: { startedAt: string; opensAt: string } | null; linked: string[] }

export async function members(by: SoftwarePerson): Promise<Member[]> {
  return (await by.must('GET', '/api/v1/members'))['members'] as Member[]
}

export async function memberOf(by: SoftwarePerson, name: string): Promise<Member> {
  const found = (await members(by)).find((one) => one.name === name)
  if (!found) throw new Error(`${name} is no member`)
  return found
}

/** Asks for something that takes a countersignature, and gives it. @returns the id of the person it is about */
export async function change(by: SoftwarePerson, path: string, body: unknown): Promise<string> {
  const asked = await by.must('POST', path, body)
  await by.countersign(String(asked['code']))
  return String(asked['person'])
}

export async function invite(by: SoftwarePerson, name: string, role: string, scope = ''): Promise<{ id: string; link: string }> {
  const id = await change(by, '/api/v1/members', { name, role, scope })
  const { link } = await by.must('POST', `/api/v1/members/${id}/link`, {})
  return { id, link: String(link) }
}

/** A person who has a key, is vouched for, and is signed in. */
export async function recruit(by: SoftwarePerson, name: string, role: string, scope = '', key?: SoftwareAuthenticator): Promise<{ id: string; person: SoftwarePerson }> {
  const { id, link } = await invite(by, name, role, scope)
  const person = new SoftwarePerson(by.url, key)
  const code = await person.join(link)
  const { pending } = await memberOf(by, name)
  const answer = await by.vouch(pending?.id ?? '', code)
  if (answer.status !== 200) throw new Error(`vouching for ${name}: ${answer.status} ${JSON.stringify(answer.body)}`)
  await person.signIn()
  return { id, person }
}

export async function terminalOf(person: SoftwarePerson): Promise<RawTerminal> {
  return signInTerminal(person.url, (link) => person.allowTerminal(link))
}
