/** One of each thing that writes, ready to be done; done where nothing can be written, and done again where it can. */
import type { RawTerminal } from '../../src/demonstration/raw-terminal.ts'
import type { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import { countersigned, runBody } from '../support/sample-run.ts'
import { credentialFor, lock, lockInfo, post, send, stateText } from '../support/state-wire.ts'

export type Tried = {
  /** What a disk that fails has to refuse, in an order in which it can be done. */
  calls: Record<string, () => Promise<{ status: number; body: Record<string, unknown> }>>
  /** Everything that these calls would change. */
  seen: () => Promise<unknown>
}

/** Of a server that holds nobody's request open. */
export async function somethingOfEach(person: SoftwarePerson, terminal: RawTerminal, name: string): Promise<Tried> {
  const [web, db] = [`${name}/web`, `${name}/db`]
  const { run, start } = await countersigned(person, terminal, runBody({ workspace: `${name}/run` }))
  const [holder, taker] = [await credentialFor(person, terminal, web), await credentialFor(person, terminal, db)]
  const [held, wanted] = [lockInfo(), lockInfo()]
  for (const [credential, info] of [[holder, held], [taker, wanted]] as const) {
    await person.countersign(String((await lock(credential, info)).body['ID']).split('/c/')[1] ?? '')
  }
  await lock(holder, held)
  await post(holder, held.ID, stateText(1, 'lineage'))
  const again = stateText(2, 'lineage')
  const yaml = 'version: 1\nrules:\n  - { name: all, when: {}, then: countersign }\n'
  const asked = runBody({ workspace: `${name}/other` })
  return {
    calls: {
      'a write': () => post(holder, held.ID, again),
      'an unlock': () => send('UNLOCK', holder.address, holder, { body: JSON.stringify(held) }),
      'a lock': () => lock(taker, wanted),
      'a run': () => terminal.call('POST', '/api/v1/runs', asked),
      'a start': () => terminal.call('POST', `/api/v1/runs/${run.id}/apply-start`, start),
      'a change of policy': () => person.call('POST', '/api/v1/policy/changes', { yaml }),
    },
    async seen() {
      const views = ['/api/v1/runs', ...[web, db].flatMap((one) => ['', '/versions'].map((of) => `/api/v1/state/workspaces/${encodeURIComponent(one)}${of}`)), '/api/v1/ceremonies', '/api/v1/ledger/entries?from=0&limit=500']
      // A workspace that nothing was written to is not there yet.
      return await Promise.all(views.map(async (view) => (await person.call('GET', view)).body).map(async (body) => ({ ...(await body), requestId: '' })))
    },
  }
}
