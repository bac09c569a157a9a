/** The audit log in the conditions that matter. */
import { grow } from './fake/ledger.ts'
import type { LedgerLie } from './fake/ledger.ts'
import { signedIn } from './scenes.ts'
import type { Scene, Stage } from './scenes.ts'

async function open(stage: Stage, path: string, text: string): Promise<void> {
  await signedIn(stage)
  grow(stage.world.ledger, 128)
  await stage.seat.page.goto(`${stage.origin}${path}`)
  await stage.seat.page.getByText(text).locator('visible=true').first().waitFor()
}

const lying = (lie: LedgerLie, text: string, path = '/audit') => async (stage: Stage): Promise<void> => {
  grow(stage.world.ledger, 128)
  if (lie === 'rewritten' || lie === 'other-key') {
    await open(stage, '/audit', 'Latest entries')
    grow(stage.world.ledger, 130)
  }
  stage.world.ledger.lie = lie
  await open(stage, path, text)
}

export const auditScenes: Scene[] = [
  { name: 'audit', show: (stage) => open(stage, '/audit', 'A state was read') },
  { name: 'audit-search', show: (stage) => open(stage, '/audit?workspace=payments%2Fbilling-prod&outcome=countersigned', 'A person countersigned') },
  { name: 'audit-nothing', onlyPicture: true, show: (stage) => open(stage, '/audit?person=nobody', 'No entry matches.') },
  { name: 'audit-entry', show: (stage) => open(stage, '/audit?entry=99', 'The proof, step by step') },
  {
    name: 'audit-new', onlyPicture: true,
    async show(stage) {
      await open(stage, '/audit', 'A state was read')
      grow(stage.world.ledger, 131)
      await stage.seat.page.getByRole('button', { name: '3 new entries' }).waitFor()
    },
  },
  { name: 'audit-changed', show: lying('leaf', 'One entry is not what was written to the log.') },
  { name: 'audit-changed-entry', onlyPicture: true, show: lying('leaf', 'Not in the log', '/audit?entry=125') },
  { name: 'audit-hidden', onlyPicture: true, show: lying('hidden', '2 entries are missing in the index') },
  { name: 'audit-unsigned', onlyPicture: true, show: lying('signature', 'The signature of the log does not hold.') },
  { name: 'audit-rewritten', show: lying('rewritten', 'no longer contains what this browser saw') },
  { name: 'audit-other-key', onlyPicture: true, show: lying('other-key', 'signed with another key than before') },
  {
    name: 'audit-failed', onlyPicture: true,
    async show(stage) {
      await signedIn(stage)
      await stage.seat.page.route('**/api/v1/ledger/search?**', (route) => route.abort())
      await stage.seat.page.goto(`${stage.origin}/audit`)
      await stage.seat.page.getByText('The Countersign server did not answer.').waitFor()
    },
  },
]
