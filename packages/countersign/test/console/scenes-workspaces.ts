/** The pages of states in the conditions that matter. */
import { fillStates, longName, rosa, statesOf } from './fake/workspaces.ts'
import { addRun } from './fake/records.ts'
import { billingPlan } from './fake/plans.ts'
import { id } from './fake/statements.ts'
import { signedIn } from './scenes.ts'
import type { Scene, Stage } from './scenes.ts'

async function open(stage: Stage, path: string, text: string): Promise<void> {
  await signedIn(stage)
  fillStates(statesOf(stage.world))
  await stage.seat.page.goto(`${stage.origin}${path}`)
  await stage.seat.page.getByText(text).first().waitFor()
}

export const atWorkspace = (name: string, part = ''): string => `/workspaces/${encodeURIComponent(name)}${part}`
const billing = 'payments/billing-prod'

export const workspaceScenes: Scene[] = [
  { name: 'states', show: (stage) => open(stage, '/workspaces', 'shop/retired') },
  {
    name: 'states-empty',
    async show(stage) {
      await signedIn(stage)
      await stage.seat.page.goto(`${stage.origin}/workspaces`)
      await stage.seat.page.getByText('No state is kept here yet.').waitFor()
    },
  },
  {
    name: 'state-held',
    async show(stage) {
      const { page } = stage.seat
      await open(stage, atWorkspace(billing), 'rolled back, from version 6')
      await page.locator('details.version summary').nth(1).click()
      await page.getByRole('button', { name: 'Go back to version 11' }).waitFor()
    },
  },
  { name: 'state-long-name', show: (stage) => open(stage, atWorkspace(longName), 'is current') },
  { name: 'state-deleted', show: (stage) => open(stage, atWorkspace('shop/retired'), 'There is no state now.') },
  {
    name: 'state-content',
    async show(stage) {
      await signedIn(stage)
      const states = statesOf(stage.world)
      fillStates(states)
      states.waiting.push({ id: id('sta', 'write'), action: 'state.write', workspace: 'platform/dns-dev', status: 'waiting', version: 1, decision: 'step-up', reasons: [], code: 'K7QF-2M9D-4XWT', source: '10.20.4.17', createdAt: '', expiresAt: '', result: null })
      states.body = JSON.stringify({ version: 4, resources: Array.from({ length: 12 }, (_, index) => ({ type: 'aws_db_instance', name: `billing_${index}`, instances: [{ attributes: { password: '(redacted)', owner: 'rosa\u202ekcabniar' } }] })) }, null, 2)
      await stage.seat.page.goto(`${stage.origin}${atWorkspace(billing)}`)
      await stage.seat.page.getByRole('button', { name: 'Show it' }).click()
      await stage.seat.page.getByLabel('The state without its secrets').waitFor()
    },
  },
  { name: 'state-diff', show: (stage) => open(stage, atWorkspace(billing, '/diff/11/12'), 'aws_s3_bucket.invoices_2019') },
  { name: 'state-reads', show: (stage) => open(stage, atWorkspace(billing, '/reads'), 'terraform plan, under a lock') },
  { name: 'state-secrets', show: (stage) => open(stage, atWorkspace(billing, '/secrets'), 'write-only argument password_wo') },
  { name: 'quarantine', show: (stage) => open(stage, '/quarantine', 'Accept version 8') },
  { name: 'state-quarantine', show: (stage) => open(stage, atWorkspace('payments/ledger', '/quarantine'), 'Accept version 8') },
  { name: 'state-credentials', show: (stage) => open(stage, '/state-credentials', 'never used') },
  {
    name: 'run-effect-differs',
    async show(stage) {
      await signedIn(stage)
      const run = addRun(stage.world, { word: 'a', workspace: billing, environment: 'prod', status: 'applied', ageMinutes: 34, plan: billingPlan(), outcome: 'applied' })
      Object.assign(stage.world.runs[0] ?? {}, { effect: { agrees: false, version: 12, unexpected: 2, missing: 1, addresses: { unexpected: [{ address: 'aws_iam_policy.admin', change: 'added' }, { address: 'aws_security_group.ledger', change: 'changed' }], missing: [{ address: 'aws_db_instance.ledger', planned: 'update' }] } }, requester: rosa })
      await stage.seat.page.goto(`${stage.origin}/runs/${run}`)
      await stage.seat.page.getByText('2 addresses changed that nobody countersigned').waitFor()
      await stage.seat.page.getByText('aws_s3_bucket.invoices_2019').first().waitFor()
    },
  },
  {
    name: 'navigation-more',
    async show(stage) {
      await open(stage, '/workspaces', 'shop/retired')
      await stage.seat.page.setViewportSize({ width: 390, height: 844 })
      await stage.seat.page.getByRole('button', { name: 'More' }).click()
      await stage.seat.page.getByRole('link', { name: 'Audit log' }).waitFor()
    },
  },
]
