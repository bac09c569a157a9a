/** A real server, its owner with a software key, and a terminal that the owner signed in through the real sign-in. */
import { expect } from 'vitest'
import { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import { scratchServer, type Scratch } from '../support/scratch-server.ts'
import { codeShown, linkShown, once, terminal, type Options, type Run, type Terminal } from './terminal.ts'

export type SignedIn = Scratch & { person: SoftwarePerson; terminal: Terminal; login: Run }

export async function signedIn(options: Parameters<typeof scratchServer>[0] & { loginArguments?: string[]; environment?: Record<string, string> } = {}): Promise<SignedIn> {
  const scratch = await scratchServer(options)
  const person = new SoftwarePerson(scratch.url)
  await person.setUp(scratch.server.setupLink ?? '', 'Ada Owner')
  const at = await terminal({ COUNTERSIGN_SERVER: scratch.url, COUNTERSIGN_WORKSPACE: 'payments/billing-prod', ...options.environment })
  const login = await signIn(at, person, options.loginArguments)
  expect(login.all).toContain('Signed in to')
  return { ...scratch, person, terminal: at, login }
}

export async function signIn(at: Terminal, person: SoftwarePerson, more: readonly string[] = []): Promise<Run> {
  return await at.run(['login', '--no-browser', ...more], { onOutput: once(linkShown, (link) => void person.allowTerminal(link)) })
}

/** Runs a command whose code the person countersigns as soon as it is shown; `before` may do something first. */
export async function countersigned(at: Terminal, person: SoftwarePerson, args: readonly string[], options: Options & { before?: (code: string) => Promise<void> | void } = {}): Promise<Run> {
  const { before, ...rest } = options
  return await at.run(args, {
    ...rest,
    onOutput: once(codeShown, (code) => void Promise.resolve(before?.(code)).then(async () => await person.countersign(code))),
  })
}
