/** Every page of the console in the states that matter: for the pictures and for the checks that go over all pages. */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { cosePublicKey } from '../../src/identity/demonstration/keys.ts'
import type { Seat } from './browser.ts'
import { addRun, loosened, policyText } from './fake/records.ts'
import { billingPlan, deceivingPlan, harmlessPlan, manyChanges, runSubject } from './fake/plans.ts'
import { askState } from './scenes-state.ts'
import { canonical, id, instance, policyRef, sha256, thumbprint } from './fake/statements.ts'
import { ask } from './fake/world.ts'
import type { Challenge, World } from './fake/world.ts'

export type Stage = { seat: Seat; world: World; origin: string }
/** `onlyPicture`: drawn like another one, which the tests look at. */
export type Scene = { name: string; inReadme?: boolean; onlyPicture?: boolean; show: (stage: Stage) => Promise<void> }

/** Sets the fake server up through the page itself: afterwards the person is signed in, with one key. */
export async function setUp({ seat, world, origin }: Stage): Promise<string> {
  const authenticator = await seat.addKey()
  const { page } = seat
  await page.goto(`${origin}/setup#${world.setupToken}`)
  await page.getByLabel('Your name').fill(world.person.name)
  await page.getByLabel('A label for this key').fill('Work laptop')
  await page.getByRole('button', { name: 'Create the key' }).click()
  await page.getByRole('button', { name: 'Touch it again to sign' }).click()
  await page.getByRole('heading', { name: 'You are the first owner' }).waitFor()
  return authenticator
}

/** The same end without the way: a registered key and a session, as if the person had set up yesterday. */
export async function signedIn({ seat, world, origin }: Stage): Promise<string> {
  const authenticator = await seat.addKey()
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const credential = randomBytes(32).toString('base64url')
  await seat.insertKey(authenticator, { credential, privateKey: privateKey.export({ type: 'pkcs8', format: 'der' }) })
  world.keys.push({ id: id('aut', credential), label: 'Work laptop', credential, publicKey: new Uint8Array(cosePublicKey('ES256', privateKey)), counter: 0, synced: false, addedAt: Date.now() - 9e9, usedAt: Date.now() })
  world.setUp = true
  world.sessions.add('yesterday')
  await seat.page.context().addCookies([{ name: 'countersign_session', value: 'yesterday', url: origin, httpOnly: true, sameSite: 'Strict' }])
  return authenticator
}

export function askRun(world: World, fields: { plan?: string; subject?: Record<string, unknown>; scope?: 'apply' | 'destroy'; workspace?: string; environment?: string } & Partial<Omit<Challenge, 'plan' | 'subject'>> = {}): Challenge {
  const { plan = billingPlan(), subject, scope = 'apply', workspace = 'payments/billing-prod', environment = 'prod', ...rest } = fields
  const text = runSubject({ plan, scope, workspace, environment, requester: world.person.id, ...(subject === undefined ? {} : { subject }) })
  return ask(world, text, { plan, run: id('run', 'run'), ...rest })
}

export function askPolicy(world: World): Challenge {
  const subject = canonical({
    v: 1, kind: 'policy', instance, org: 'acme', action: 'policy.change', change: id('pol', 'one'), requester: world.person.id, from: sha256(policyText), to: sha256(loosened),
    effect: ['project/dev, apply, risk medium: countersigned by the requester (aal2, phishing-resistant, fresh 600 s, waits 900 s) -> allowed.', 'project/unmapped, apply, risk low: fresh 600 s -> fresh 1800 s.'],
    policy: { ...policyRef, rule: 'changing the policy is always countersigned' },
  })
  return ask(world, subject, { policy: { from: policyText, to: loosened } })
}

function fill(world: World): void {
  const plan = billingPlan()
  addRun(world, { word: 'a', workspace: 'payments/billing-prod', environment: 'prod', status: 'applied', ageMinutes: 34, plan, outcome: 'applied' })
  addRun(world, { word: 'b', workspace: 'platform/network-staging', environment: 'staging', status: 'applied', ageMinutes: 190, plan: harmlessPlan(), decision: 'allow', outcome: 'applied' })
  addRun(world, { word: 'c', workspace: 'payments/billing-prod', environment: 'prod', status: 'denied', ageMinutes: 1_500, plan })
  addRun(world, { word: 'd', workspace: 'data/warehouse', environment: 'prod', status: 'outcome-unknown', ageMinutes: 4_400, plan })
  addRun(world, { word: 'e', workspace: 'data/warehouse', environment: 'prod', status: 'expired', ageMinutes: 4_500, plan })
}

async function openCeremony(stage: Stage, challenge: Challenge): Promise<void> {
  await signedIn(stage)
  await stage.seat.page.goto(`${stage.origin}/c/${challenge.code}`)
  await stage.seat.page.getByRole('timer').waitFor()
}

const ended = (status: string) => async (stage: Stage): Promise<void> => {
  const challenge = askRun(stage.world, { status })
  await signedIn(stage)
  await stage.seat.page.goto(`${stage.origin}/c/${challenge.code}`)
  await stage.seat.page.getByRole('heading', { level: 1 }).waitFor()
}

export const scenes: Scene[] = [
  { name: 'ceremony', inReadme: true, show: (stage) => openCeremony(stage, askRun(stage.world)) },
  { name: 'ceremony-typed', show: (stage) => openCeremony(stage, askRun(stage.world, { typeCode: true })) },
  {
    name: 'ceremony-deny',
    async show(stage) {
      await openCeremony(stage, askRun(stage.world))
      await stage.seat.page.getByRole('button', { name: "I didn't ask for this" }).click()
    },
  },
  {
    name: 'ceremony-refused',
    async show(stage) {
      stage.world.lies.planByte = true
      await openCeremony(stage, askRun(stage.world))
    },
  },
  { name: 'ceremony-large', show: (stage) => openCeremony(stage, askRun(stage.world, { plan: manyChanges(2_000), workspace: 'platform/fleet' })) },
  { name: 'ceremony-deceiving', show: (stage) => openCeremony(stage, askRun(stage.world, { plan: deceivingPlan() })) },
  { name: 'ceremony-soon', show: (stage) => openCeremony(stage, askRun(stage.world, { expiresAt: Date.now() + 58_000, scope: 'destroy' })) },
  { name: 'ceremony-wrong-person', show: (stage) => openCeremony(stage, askRun(stage.world, { may: false, reason: 'Only the person who asked can countersign this.' })) },
  { name: 'ceremony-policy', show: (stage) => openCeremony(stage, askPolicy(stage.world)) },
  ...(['write', 'read', 'rollback', 'delete', 'delete-all', 'accept', 'force-unlock', 'credential'] as const).map((which): Scene => ({ name: `ceremony-state-${which}`, show: (stage) => openCeremony(stage, askState(stage.world, which)) })),
  {
    name: 'ceremony-revocation',
    async show(stage) {
      await signedIn(stage)
      const { world, origin, seat } = stage
      world.keys.push({ id: id('aut', 'old'), label: 'YubiKey in the safe', credential: 'b2xk', publicKey: new Uint8Array(), counter: 0, synced: false, addedAt: Date.now() - 9e9, usedAt: null })
      await seat.page.goto(`${origin}/keys`)
      await seat.page.getByRole('button', { name: 'Remove YubiKey in the safe' }).click()
      await seat.page.getByLabel('It is lost').check()
      await seat.page.getByRole('button', { name: /Go on/u }).click()
      await seat.page.getByRole('timer').waitFor()
    },
  },
  {
    name: 'end-countersigned',
    async show(stage) {
      await openCeremony(stage, askRun(stage.world))
      await stage.seat.page.getByRole('button', { name: 'Countersign', exact: true }).click()
      await stage.seat.page.getByRole('heading', { name: 'Countersigned' }).waitFor()
    },
  },
  { name: 'end-denied', show: ended('denied') },
  { name: 'end-expired', show: ended('expired') },
  { name: 'end-cancelled', show: ended('cancelled') },
  { name: 'end-consumed', show: ended('consumed') },
  {
    name: 'setup',
    async show({ seat, world, origin }) {
      await seat.page.goto(`${origin}/setup#${world.setupToken}`)
      await seat.page.getByLabel('Your name').fill('Rosa Lindqvist')
    },
  },
  { name: 'setup-done', show: async (stage) => void (await setUp(stage)) },
  {
    name: 'sign-in',
    async show({ seat, world, origin }) {
      world.setUp = true
      await seat.page.goto(`${origin}/sign-in?next=/c/K7QF-2M9D-4XWT`)
      await seat.page.getByRole('button').first().waitFor()
    },
  },
  {
    name: 'sign-in-terminal',
    async show(stage) {
      await signedIn(stage)
      stage.world.interaction = { client: 'Countersign CLI', terminal: { user: 'rosa', host: 'thinkpad' }, thumbprint: thumbprint('terminal'), redirect: '/' }
      await stage.seat.page.goto(`${stage.origin}/sign-in?uid=abc123`)
      await stage.seat.page.getByRole('heading', { name: 'Sign this terminal in?' }).waitFor()
    },
  },
  {
    name: 'sign-in-terraform',
    async show(stage) {
      await signedIn(stage)
      stage.world.interaction = { client: 'Terraform', terminal: null, thumbprint: '', redirect: '/' }
      await stage.seat.page.goto(`${stage.origin}/sign-in?uid=abc123`)
      await stage.seat.page.getByRole('heading', { name: 'Sign this terminal in?' }).waitFor()
    },
  },
  {
    name: 'device',
    async show(stage) {
      await signedIn(stage)
      await stage.seat.page.goto(`${stage.origin}/device`)
      await stage.seat.page.getByLabel('Code from your terminal').waitFor()
    },
  },
  {
    name: 'device-decide',
    async show(stage) {
      await signedIn(stage)
      await stage.seat.page.goto(`${stage.origin}/device`)
      await stage.seat.page.getByLabel('Code from your terminal').fill('BCDF-GHJK')
      await stage.seat.page.getByRole('button', { name: 'Go on' }).click()
      await stage.seat.page.getByRole('heading', { name: 'Is this your terminal?' }).waitFor()
    },
  },
  {
    name: 'home',
    async show(stage) {
      await signedIn(stage)
      fill(stage.world)
      askRun(stage.world)
      askRun(stage.world, { plan: harmlessPlan(), workspace: 'platform/network', typeCode: true })
      await stage.seat.page.goto(`${stage.origin}/`)
      await stage.seat.page.getByText('platform/network-staging').waitFor()
    },
  },
  {
    name: 'home-empty',
    async show(stage) {
      await signedIn(stage)
      await stage.seat.page.goto(`${stage.origin}/`)
      await stage.seat.page.getByText('Nothing waits for you').waitFor()
    },
  },
  {
    name: 'runs',
    async show(stage) {
      await signedIn(stage)
      fill(stage.world)
      await stage.seat.page.goto(`${stage.origin}/runs`)
      await stage.seat.page.getByText('data/warehouse').first().waitFor()
    },
  },
  {
    name: 'run',
    async show(stage) {
      await signedIn(stage)
      fill(stage.world)
      await stage.seat.page.goto(`${stage.origin}/runs/${id('run', 'a')}`)
      await stage.seat.page.getByRole('heading', { name: 'Evidence' }).waitFor()
      await stage.seat.page.getByText('aws_s3_bucket.invoices_2019').first().waitFor()
    },
  },
  {
    name: 'keys',
    async show(stage) {
      await signedIn(stage)
      stage.world.keys.push({ id: id('aut', 'two'), label: 'YubiKey in the safe', credential: 'dHdv', publicKey: new Uint8Array(), counter: 0, synced: false, addedAt: Date.now() - 9e9, usedAt: null })
      await stage.seat.page.goto(`${stage.origin}/keys`)
      await stage.seat.page.getByText('YubiKey in the safe').waitFor()
    },
  },
  {
    name: 'keys-add',
    async show(stage) {
      const first = await signedIn(stage)
      await stage.seat.setPresence(first, false)
      await stage.seat.addKey()
      await stage.seat.page.goto(`${stage.origin}/keys`)
      await stage.seat.page.getByRole('button', { name: 'Add a key' }).click()
      await stage.seat.page.getByLabel('A label for it').fill('YubiKey in the safe')
      await stage.seat.page.getByRole('button', { name: 'Create', exact: true }).click()
      await stage.seat.page.getByRole('button', { name: 'Touch the new key' }).waitFor()
    },
  },
  {
    name: 'policy',
    async show(stage) {
      await signedIn(stage)
      askPolicy(stage.world)
      await stage.seat.page.goto(`${stage.origin}/policy`)
      await stage.seat.page.getByText('rules:').waitFor()
    },
  },
  {
    name: 'nowhere',
    async show(stage) {
      await signedIn(stage)
      await stage.seat.page.goto(`${stage.origin}/c/not-a-code`)
      await stage.seat.page.getByRole('heading', { name: 'This is not a code' }).waitFor()
    },
  },
]
