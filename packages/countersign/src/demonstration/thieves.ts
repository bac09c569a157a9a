/** Step 1: what stolen credentials are worth. Both thieves speak to the server directly. */
import { newTerminalKey, RawTerminal } from './raw-terminal.ts'
import type { Claims } from './main-run.ts'
import { measuredOf } from './main-run.ts'
import type { Stage } from './stage.ts'
import type { Refusal } from './attempts.ts'

/** A copied token with a key of the thief's own: the token is bound to the terminal's key (RFC 9449). */
export async function tokenOnly(stage: Stage): Promise<Refusal> {
  const thief = new RawTerminal(stage.url, stage.thief.token, await newTerminalKey())
  const { status, body } = await thief.call('GET', '/api/v1/runs')
  return { what: 'A thief copies your CLI token', by: 'the server', code: status < 400 ? 'accepted' : String(body['code']), expected: 'dpop_key_mismatch' }
}

/** Token and key: the thief may ask as you would, and that is all. */
export async function tokenAndKey(stage: Stage, claims: Claims, plan: string): Promise<Refusal> {
  const asked = await stage.thief.must('POST', '/api/v1/runs', { workspace: claims.workspace.name, scope: 'apply', claims, plan, findings: [] })
  const run = String(asked['id'])
  const { status, body } = await stage.thief.call('POST', `/api/v1/runs/${run}/apply-start`, {
    grant: 'grt_00000000000000000000000000000000',
    measured: measuredOf(claims),
  })
  await stage.thief.must('POST', `/api/v1/runs/${run}/cancel`, {})
  return {
    what: 'A thief takes the token and its key',
    by: 'the server',
    code: status < 400 ? 'accepted' : String(body['code']),
    expected: 'countersignature_required',
  }
}
