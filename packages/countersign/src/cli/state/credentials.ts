/** `countersign state credentials`: which ones this person has out, and ending one. No secret is ever shown again. */
import type { Session } from '../client/session.ts'
import { CliError, exitCodes, type ExitCode } from '../exit.ts'
import { safe, type Output } from '../output.ts'
import { showColumns } from '../render/columns.ts'
import { dateWords } from '../render/units.ts'
import { stateAnswer, type CredentialView } from './wire.ts'

export async function listCredentials(session: Session, all: boolean, output: Output): Promise<ExitCode> {
  const { credentials } = stateAnswer('credentials', await session.api.call('GET', '/api/v1/state/credentials'))
  const shown = all ? credentials : credentials.filter(({ status }) => status === 'valid')
  output.data(shown)
  if (shown.length === 0) output.line(all || credentials.length === 0 ? 'You have no credential for a state.' : 'None of your credentials is valid now. All of them: countersign state credentials --all')
  else {
    showColumns(output, ['CREDENTIAL', 'WORKSPACE', 'MAY', 'UNTIL', 'LAST USED', ''], shown.map((one) => [
      one.id, safe(one.workspace), mayWords(one), dateWords(one.expiresAt), one.lastUsedAt ? `${dateWords(one.lastUsedAt)} from ${safe(one.lastSource)}` : '-', stateWords(one, output),
    ]))
  }
  return exitCodes.done
}

function mayWords({ phase, tier, run }: CredentialView): string {
  const words = phase === 'plan' ? 'plan' : 'plan, apply'
  return `${words}${tier === 'full' ? '' : ` (${safe(tier)})`}${run === '' ? '' : ', of a run'}`
}

function stateWords({ status, revokedWhy }: CredentialView, { paint }: Output): string {
  if (status === 'valid') return ''
  return paint.dim(status === 'revoked' ? `ended: ${safe(revokedWhy)}` : 'expired')
}

export async function revokeCredential(session: Session, id: string, output: Output): Promise<ExitCode> {
  if (!/^stc_[0-9a-f]{32}$/.test(id)) throw new CliError('argument_refused', `${JSON.stringify(id)} is not the id of a credential.`, 'See yours with: countersign state credentials')
  await session.api.call('DELETE', `/api/v1/state/credentials/${id}`)
  output.line(`${id} is ended. A lock that it holds stays until it is unlocked; what is still written under it goes to quarantine.`)
  output.data({ ended: id })
  return exitCodes.done
}
