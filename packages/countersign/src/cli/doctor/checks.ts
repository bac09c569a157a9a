/** What `doctor` looks at, in order. A check never throws and never changes anything; each finding says what to do when it is not well. */
import { prepare } from '../../engine/index.ts'
import { version } from '../../server/version.ts'
import { exchange } from '../client/http.ts'
import { overSsh } from '../client/over-ssh.ts'
import { openSession, serverOf, type Session } from '../client/session.ts'
import { protectionWords } from '../client/terminal-key.ts'
import { answer, type Status } from '../client/wire.ts'
import { findKeychain } from '../config/keychain.ts'
import { openProfile } from '../config/profile.ts'
import { readRepository, type Repository } from '../config/repository.ts'
import { waitingReports } from '../config/spool.ts'
import { CliError } from '../exit.ts'
import { stateHere } from '../state/here.ts'
import { checkHistory } from '../trust/checkpoint.ts'

export type Finding = { readonly what: string; readonly state: 'ok' | 'note' | 'bad'; readonly says: string; readonly fix: string }

const ok = (what: string, says: string): Finding => ({ what, state: 'ok', says, fix: '' })
const note = (what: string, says: string, fix: string): Finding => ({ what, state: 'note', says, fix })
const bad = (what: string, says: string, fix: string): Finding => ({ what, state: 'bad', says, fix })

type Choice = { server?: string }

export async function runChecks(choice: Choice): Promise<Finding[]> {
  const findings = [checkNode(), await checkEngine()]
  const repository = await found(() => readRepository(process.cwd()))
  if (repository instanceof CliError) return [...findings, bad('repository', repository.message, repository.next)]
  const server = await found(() => serverOf(choice, repository))
  if (server instanceof CliError) return [...findings, bad('server', server.message, server.next)]
  const { status, rows } = await checkServer(server)
  findings.push(...rows, await checkKey(server))
  if (status) findings.push(...(await checkSignIn(choice, repository)))
  return [...findings, checkReports(server), checkBrowser(server), checkProtection(stateHere(choice, repository, process.cwd(), process.env))]
}

function checkNode(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const says = `countersign ${version}, Node ${process.versions.node}`
  return major > 20 || (major === 20 && minor >= 19) ? ok('versions', says) : bad('versions', says, 'Install Node 20.19 or newer.')
}

async function checkEngine(): Promise<Finding> {
  try {
    const { program, version: engine, binary } = await prepare({ directory: process.cwd(), scope: 'apply', environment: { ...process.env }, arguments: [], colour: false })
    const says = `${engine.name} ${engine.version} at ${program}`
    return (await binary).script ? note('engine', `${says}, a script that starts it`, 'Set TERRAFORM_BIN to the program itself, so that what runs is bound.') : ok('engine', says)
  } catch (error) {
    return bad('engine', error instanceof Error ? error.message : String(error), '')
  }
}

/** Beyond this, challenges and proofs of this terminal may be refused as too old or too new. */
const SKEW = 30_000

async function checkServer(server: string): Promise<{ status: Status | undefined; rows: Finding[] }> {
  const sent = Date.now()
  const status = await found(async () => answer('status', JSON.parse((await exchange({ method: 'GET', url: `${server}/api/v1/status`, silence: 5_000 })).body.toString('utf8'))))
  if (status instanceof CliError) return { status: undefined, rows: [bad('server', status.message, status.next)] }
  const skew = Math.round(Date.parse(status.time) - (sent + Date.now()) / 2)
  const rows = [status.setUp ? ok('server', `${server}, version ${status.version}`) : bad('server', `${server} has no owner yet`, 'Open the set-up link that `countersign up` printed.')]
  if (status.demonstration) rows.push(note('server', 'it is a DEMONSTRATION: it trusts software keys', 'Start a server of your own with: countersign up'))
  if (status.version !== version) rows.push(note('versions', `this is ${version}, the server is ${status.version}`, 'Use the same version on both sides: statements are compared member by member.'))
  rows.push(Math.abs(skew) < SKEW ? ok('clock', `${Math.abs(skew)} ms ${skew < 0 ? 'ahead of' : 'behind'} the server`) : bad('clock', `${Math.round(Math.abs(skew) / 1000)} s ${skew < 0 ? 'ahead of' : 'behind'} the server`, 'Set the clock of this machine, or of the server: timedatectl set-ntp true'))
  return { status, rows }
}

async function checkKey(server: string): Promise<Finding> {
  try {
    const key = openProfile(server).load('key')
    if (!key) return bad('key', 'this terminal has no key', 'Run: countersign login')
    if (key.kind !== 'exportable') return ok('key', protectionWords[key.kind])
    return note('key', 'in a file that only you can read: whoever runs programs as you can copy it', (await findKeychain()) ? 'This system has a keychain: countersign logout, then countersign login. Or seal it with: countersign login --passphrase' : 'This system has no keychain that could be used. Seal it with: countersign login --passphrase')
  } catch (error) {
    return error instanceof CliError ? bad('key', error.message, error.next) : bad('key', 'cannot be read', 'Run: countersign login')
  }
}

async function checkSignIn(choice: Choice, repository: Repository): Promise<Finding[]> {
  const session = await found(() => openSession(choice, repository))
  if (session instanceof CliError) return [bad('sign-in', session.message, session.next)]
  const me = await found(async () => answer('me', await session.api.call('GET', '/api/v1/me')))
  if (me instanceof CliError) return [bad('sign-in', me.message, me.next)]
  return [ok('sign-in', `${me.person.name}, until ${me.token.signedInUntil}`), await checkLedger(session)]
}

async function checkLedger(session: Session): Promise<Finding> {
  const problem = await found(() => checkHistory(session.api, session.profile, session.trust))
  if (problem instanceof CliError) return bad('ledger', problem.message, problem.next)
  return ok('ledger', `goes on from what this terminal saw last (${session.profile.load('checkpoint')?.size ?? 0} entries)`)
}

function checkReports(server: string): Finding {
  const { reports, damaged } = waitingReports(server)
  if (damaged.length > 0) return note('reports', `not an outcome that countersign wrote: ${damaged.join(', ')}`, 'Look at it, and take it away.')
  return reports.length === 0 ? ok('reports', 'every outcome was reported') : note('reports', `${reports.length} outcome(s) not reported yet: ${reports.map((report) => report.code).join(', ')}`, 'They are reported at the next use of the server: countersign policy show')
}

function checkBrowser(server: string): Finding {
  const { SSH_CONNECTION, DISPLAY, WAYLAND_DISPLAY } = process.env
  if (process.platform !== 'linux' || DISPLAY || WAYLAND_DISPLAY) return ok('browser', 'links can be opened here')
  return note('browser', SSH_CONNECTION ? 'this is a session over SSH without a display' : 'there is no display here', `Open the links on your own machine: ${overSsh(server)}. To sign in from here: countersign login --device`)
}

/** `state`: the workspace whose state the server keeps for this folder. */
function checkProtection(state: string | undefined): Finding {
  const cloud = 'Workspaces whose cloud demands our token close that; they are not in this version.'
  if (state !== undefined) return note('protection', `state-gated: the state of ${state} is kept by the server; the cloud credentials of this terminal reach the cloud without Countersign`, cloud)
  return note('protection', 'advisory: the credentials of this terminal reach the cloud and the state without Countersign', `Keep the state here: countersign state init --help. ${cloud}`)
}

async function found<T>(work: () => T | Promise<T>): Promise<T | CliError> {
  try {
    return await work()
  } catch (error) {
    return error instanceof CliError ? error : new CliError('unexpected', error instanceof Error ? error.message : String(error))
  }
}
