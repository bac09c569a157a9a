/** Locks of states, and what is written under them: by who holds them, by who held them, by who stole their ID. */
import type { Client } from '../client.ts'
import type { Credential, Person } from '../installation.ts'
import type { Play } from '../play.ts'
import { stateText } from '../../support/state-wire.ts'
import { Human } from './people.ts'
import { Terraform } from './terraform.ts'
import { workspaces } from './workspaces.ts'

/** An apply: lock, read, write once or twice, unlock. */
async function applies(play: Play, terraform: Terraform): Promise<void> {
  const { seeded, stage } = play.machine
  for (let tries = 0; tries < 4 && !(await terraform.lock()); tries++) await stage.pause()
  if (!terraform.holds) return void (terraform.over = true)
  if (seeded.chance(0.3)) await terraform.read()
  const serial = await terraform.serial()
  for (let write = 1; write <= 1 + seeded.below(2); write++) await terraform.write(serial + write, stateText(serial + write, 'lineage-1', {}, terraform.digest.slice(0, 6)))
  if (seeded.chance(0.85)) await terraform.unlock()
  // Somebody's editor keeps a process alive for long: it writes once more, when nobody knows who holds the lock.
  if (seeded.chance(0.35)) await terraform.write(serial + 3, stateText(serial + 3, 'lineage-1', {}, terraform.digest.slice(0, 6)))
  terraform.over = true
}

/** Whoever read the ID of a lock in a log has another credential, and no right by it. */
async function steals(play: Play, victim: Terraform, thief: Terraform): Promise<void> {
  if (!(await play.machine.stage.until(() => victim.holds || victim.over))) return
  await thief.write(7, stateText(7, 'lineage-1', {}, 'thief'), victim.id)
  if (play.machine.seeded.chance(0.5)) await thief.unlock(victim.digest)
}

export async function forces(play: Play, client: Client, person: Person, workspace: string, victim: Terraform): Promise<void> {
  if (!(await play.machine.stage.until(() => victim.holds || victim.over))) return
  const { terminal } = person
  const asked = await client.call({
    what: 'asks to end a lock', as: terminal, about: { workspace, purpose: play.machine.seeded.hex(8) },
    work: async ({ useCases }) => (await useCases.state.askForceUnlock.run(terminal, { action: 'state.force-unlock', workspace, whole: false, tier: 'full', replace: false, purpose: '' })).code,
  })
  if ('done' in asked) await new Human(play, person).sign(client, asked.done)
}

async function revokes(play: Play, client: Client, person: Person, victim: Terraform): Promise<void> {
  if (!(await play.machine.stage.until(() => victim.holds || victim.over))) return
  const { id } = victim.credential
  await client.call({ what: 'revokes a credential', as: person.terminal, about: { credential: id }, work: ({ useCases }) => useCases.state.revokeCredential.run(person.terminal, { id }).then(() => null) })
}

/** Countersigns what terraform waits for. */
export async function consents(play: Play, client: Client, person: Person, terraform: Terraform): Promise<void> {
  const human = new Human(play, person)
  const answered = new Set<string>()
  const open = (): string | undefined => [...terraform.asked].find((code) => !answered.has(code))
  while (answered.size < 2) {
    if (!(await play.machine.stage.until(() => open() !== undefined || terraform.over))) return
    const code = open()
    if (code === undefined) return
    answered.add(code)
    await human.sign(client, code)
  }
}

export function credentialOf(person: Person, workspace: string): Credential {
  const credential = person.credentials[workspace]
  if (!credential) throw new Error(`${person.name} has no credential for ${workspace}`)
  return credential
}

export function locks(play: Play, at: 'free' | 'coded'): void {
  const { seeded, installation: { ada, ben } } = play.machine
  const workspace = workspaces[at]
  const people = seeded.chance(0.5) ? [ada, ben] : seeded.chance(0.5) ? [ada, ben, ben] : [ben, ben]
  const terraforms: Terraform[] = []
  for (const [place, person] of people.entries()) {
    play.enter(`applies ${place}`, (client) => {
      const terraform = new Terraform(play, client, credentialOf(person, workspace))
      terraforms[place] = terraform
      if (at === 'coded') play.enter(`consents ${place}`, (other) => consents(play, other, person, terraform))
      return applies(play, terraform)
    })
  }
  const meeting = async (): Promise<Terraform | undefined> => ((await play.machine.stage.until(() => terraforms[0] !== undefined)) ? terraforms[0] : undefined)
  if (seeded.chance(0.4)) play.enter('thief', async (client) => {
    const victim = await meeting()
    if (victim) await steals(play, victim, new Terraform(play, client, credentialOf(people[0] === ada ? ben : ada, workspace)))
  })
  if (seeded.chance(0.35)) play.enter('forces', async (client) => {
    const victim = await meeting()
    if (victim) await forces(play, client, ada, workspace, victim)
  })
  if (seeded.chance(0.15)) play.enter('revokes', async (client) => {
    const victim = await meeting()
    if (victim) await revokes(play, client, people[0] ?? ada, victim)
  })
}
