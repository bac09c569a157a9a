/** `countersign state init`: the block that brings unmodified terraform to the state kept here, or the credential for this shell. */
import { existsSync, writeFileSync } from 'node:fs'
import { configuredBackend } from '../../engine/index.ts'
import type { Session } from '../client/session.ts'
import { CliError, exitCodes, type ExitCode } from '../exit.ts'
import { safe, type Output } from '../output.ts'
import { dateWords } from '../render/units.ts'
import { backendBlock, stateAddress, writtenBackends, type Written } from './backend-block.ts'
import { getCredential, ONE_SHELL } from './credential.ts'
import { stateVariables } from './environment.ts'
import { exportLine, type Shell } from './shell.ts'
import { pathOf, stateAnswer, type WorkspaceView } from './wire.ts'

export const defaultFile = 'countersign_backend.tf'

/** The block holds nothing secret and opens nothing, so it takes no question. `write`: a file that is not there yet; undefined prints it. */
export async function initBlock(session: Session, workspace: string, write: string | undefined, output: Output): Promise<ExitCode> {
  const address = stateAddress(session.profile.server, workspace)
  const block = backendBlock(address)
  const there = writtenBackends(process.cwd())
  warnOfCredentials(output)
  const already = write === undefined ? undefined : there.find((one) => one.address === address)
  if (write !== undefined && !already) writeBlock(write, block, there)
  const known = await stateOf(session, workspace)
  output.warn(`${safe(workspace)}${known ? ` (${safe(known.environment)}): ${known.version === 0 ? 'no state yet' : `version ${known.version}, serial ${known.serial}`}` : ': no state yet'}`)
  if (write === undefined) {
    if (!output.json) process.stdout.write(block)
    output.data({ workspace, address, lockAddress: address, unlockAddress: address, block })
  } else {
    output.line(already ? `${already.file} has this block already, so nothing was written.` : `Wrote ${write}. There is no secret in it: commit it.`)
    output.data({ workspace, address, lockAddress: address, unlockAddress: address, written: already ? '' : write })
  }
  const another = write === undefined ? there[0] : undefined
  if (another) output.warn(`${another.file} has a backend block already (${safe(another.type)}): terraform takes one, so this one goes in its place.`)
  output.warn('Then:  countersign run -- terraform init')
  if (!known || known.version === 0) output.warn('What is in a state somewhere else is brought here with: countersign state import --help')
  return exitCodes.done
}

function writeBlock(path: string, block: string, there: readonly Written[]): void {
  const [first] = there
  if (first) throw new CliError('backend_configured', `${first.file} has another backend block already (${safe(first.address || first.type)}). Terraform takes one, so nothing was written.`, 'Print the new one with: countersign state init. Put it in place of that one.')
  if (!/\.(tf|tofu)$/.test(path)) throw new CliError('argument_refused', `${path} is not a file that terraform reads.`, `Give it a name that ends in .tf, or leave it out: ${defaultFile}`)
  if (existsSync(path)) throw new CliError('file_exists', `${path} is there already, and is not overwritten.`, 'Choose another name with --write.')
  try {
    writeFileSync(path, block, { flag: 'wx' })
  } catch (cause) {
    throw new CliError('file_unwritable', `${path} cannot be written.`, 'Choose another place with --write.', { cause })
  }
}

export type EnvironmentOptions = { readonly shell: Shell; readonly phase: 'plan' | 'apply'; readonly lasts?: number | undefined; readonly timeout?: number | undefined }

/** The variables on stdout, as the shell reads them; the words of the question on stderr. */
export async function initEnvironment(session: Session, workspace: string, options: EnvironmentOptions, output: Output): Promise<ExitCode> {
  warnOfCredentials(output)
  if (process.stdout.isTTY) {
    output.warn(`${output.paint.yellow('Note')}: the secret will be shown here, and whoever pastes it into a shell leaves it in the shell's history.`)
    output.warn('Leave that out with:  eval "$(countersign state init --env)"')
  }
  const credential = await getCredential({ session, output, timeout: options.timeout }, { workspace, phase: options.phase, lasts: options.lasts ?? ONE_SHELL, purpose: 'state init --env' })
  if (output.json) output.data({ ...credential, variables: Object.fromEntries(stateVariables(credential, process.env)) })
  else for (const [name, value] of stateVariables(credential, process.env)) process.stdout.write(`${exportLine(options.shell, name, value)}\n`)
  output.line(`This shell may ${credential.phase === 'plan' ? 'plan' : 'plan and apply'} ${safe(workspace)} until ${dateWords(credential.expiresAt)}; each lock is asked for on its own. End it before with: countersign state credentials revoke ${credential.id}`)
  return exitCodes.done
}

function warnOfCredentials(output: Output): void {
  const directory = process.cwd()
  const written = writtenBackends(directory).find(({ credentials }) => credentials)
  if (written) output.warn(`${output.paint.yellow('Note')}: the backend block in ${written.file} has a username or a password. They win over the environment, and terraform copies them into .terraform and into every plan file: take them out.`)
  else if (configuredBackend(directory, process.env)?.credentials) {
    output.warn(`${output.paint.yellow('Note')}: .terraform holds a username or a password of a backend, from -backend-config. They win over the environment. Take them away with: terraform init -reconfigure`)
  }
}

async function stateOf(session: Session, workspace: string): Promise<WorkspaceView | undefined> {
  try {
    return stateAnswer('workspace', await session.api.call('GET', pathOf(workspace)))
  } catch (error) {
    if (error instanceof CliError && error.code === 'workspace_not_found') return undefined
    throw error
  }
}
