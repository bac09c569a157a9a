/** People, sign-ins and what leads to them, in the conditions that matter. */
import { fillApps, fillSessions, fillSites, fillTeam } from './fake/team.ts'
import { signedIn } from './scenes.ts'
import type { Scene, Stage } from './scenes.ts'

async function open({ seat, origin }: Stage, path: string, text: string): Promise<void> {
  await seat.page.goto(`${origin}${path}`)
  await seat.page.getByText(text).locator('visible=true').first().waitFor()
}

async function people(stage: Stage): Promise<void> {
  await signedIn(stage)
  fillTeam(stage.world.team, stage.world.person)
  await open(stage, '/people', 'A key waits for your word.')
}

const press = async ({ seat }: Stage, name: string): Promise<void> => await seat.page.getByRole('button', { name }).first().click()

export const teamScenes: Scene[] = [
  { name: 'people', show: people },
  {
    name: 'people-vouch', onlyPicture: true,
    async show(stage) {
      await people(stage)
      const code = stage.seat.page.getByLabel('The code that Mei Tanaka told you')
      await code.fill('K7QF-2M9D-4XWT')
      await code.scrollIntoViewIfNeeded()
    },
  },
  {
    name: 'people-invite', onlyPicture: true,
    async show(stage) {
      await people(stage)
      await press(stage, 'Invite somebody')
      await stage.seat.page.getByLabel('Their name').fill('Noor Haddad')
    },
  },
  {
    name: 'people-change',
    async show(stage) {
      await people(stage)
      await press(stage, 'Change Ben Okafor')
      await stage.seat.page.getByRole('button', { name: 'Remove this person' }).scrollIntoViewIfNeeded()
    },
  },
  {
    name: 'people-not-shown', onlyPicture: true,
    async show(stage) {
      await signedIn(stage)
      stage.world.team.roles = ['operator@payments']
      await open(stage, '/people', 'Owners, managers and auditors see who is here.')
    },
  },
  {
    name: 'sessions',
    async show(stage) {
      await signedIn(stage)
      fillSessions(stage.world.team)
      await open(stage, '/sessions', 'this one')
    },
  },
  {
    name: 'sessions-alone', onlyPicture: true,
    async show(stage) {
      await signedIn(stage)
      await open(stage, '/sessions', 'No terminal is signed in as you.')
    },
  },
  { name: 'join', onlyPicture: true, show: (stage) => open(stage, '/join#cs_in_Zx3kq0P7f9aLw2Vt', 'Welcome, Mei Tanaka') },
  { name: 'join-no-link', onlyPicture: true, show: (stage) => open(stage, '/join', 'This link has no invitation in it.') },
  {
    name: 'join-with-app',
    async show(stage) {
      await open(stage, '/join#cs_in_Zx3kq0P7f9aLw2Vt', 'Welcome, Mei Tanaka')
      await press(stage, 'I have no passkey or security key')
      await stage.seat.page.getByLabel('Sign-in name').fill('mei')
      await stage.seat.page.getByLabel('Password').fill('several words that nobody guesses')
      await press(stage, 'Go on')
      await stage.seat.page.getByRole('img', { name: 'QR code for an authenticator app' }).waitFor()
    },
  },
  { name: 'recover', show: (stage) => open(stage, '/recover#cs_rc_Zx3kq0P7f9aLw2Vt', 'This is seen by everybody.') },
  { name: 'recover-no-link', onlyPicture: true, show: (stage) => open(stage, '/recover', 'This link has no secret in it.') },
  {
    name: 'sign-in-code', onlyPicture: true,
    async show(stage) {
      stage.world.setUp = true
      await open(stage, '/sign-in', 'Use a password and a code')
      await press(stage, 'Use a password and a code')
      await stage.seat.page.getByLabel('Code of your authenticator app').waitFor()
    },
  },
  {
    name: 'keys-without',
    async show(stage) {
      await signedIn(stage)
      fillApps(stage.world.team)
      await open(stage, '/keys', 'Authenticator app: codes')
    },
  },
  {
    name: 'address',
    async show(stage) {
      await signedIn(stage)
      fillSites(stage.world.team, stage.origin)
      await open(stage, '/address', 'new keys are made here')
    },
  },
]
