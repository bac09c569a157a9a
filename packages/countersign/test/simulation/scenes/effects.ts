/** A run whose state is kept here: its own credential, what it writes, and what is said of that against what was consented to. */
import type { Asked } from '../../../src/doors/state/claims.ts'
import { stateFrom } from '../../support/state-wire.ts'
import type { Client } from '../client.ts'
import type { Person } from '../installation.ts'
import type { Play } from '../play.ts'
import { asks, starts, topicOf } from './runs.ts'
import { credentialOf } from './states.ts'
import { Terraform } from './terraform.ts'
import { decides } from './versions.ts'
import { workspaces } from './workspaces.ts'

const workspace = workspaces.free
/** What the plan of the sample changes, and what it leaves alone. */
const before = (serial: number): string => stateFrom({ serial, resources: { database: 'x', other: '1' } }, 0)
const agreed = (serial: number): string => stateFrom({ serial, resources: { database: 'y', other: '1' } }, 0)
export const strange = 'nobody-consented'
const differing = (serial: number): string => stateFrom({ serial, resources: { database: 'y', other: '1', [strange]: '1' } }, 0)

async function prepares(play: Play, client: Client, person: Person, topic: { ready: boolean }): Promise<void> {
  const terraform = new Terraform(play, client, credentialOf(person, workspace))
  if (await terraform.lock()) {
    await terraform.write(1, before(1))
    await terraform.unlock()
  }
  topic.ready = true
}

/** Whoever has the run's lease asks for its credential, and gets one. */
async function redeems(client: Client, person: Person, run: string, lease: string): Promise<Terraform['credential'] | null> {
  const { terminal } = person
  const asked: Asked = { action: 'state.run-credential', workspace, whole: false, tier: 'full', replace: false, purpose: '', run, lease }
  const request = await client.call({ what: 'asks for the credential of a run', as: terminal, about: { run }, work: async ({ useCases }) => (await useCases.state.askRunCredential.run(terminal, asked)).id })
  if ('refused' in request) return null
  const got = await client.call({
    what: 'redeems the credential of a run', as: terminal, about: { run, request: request.done },
    work: async ({ useCases }) => {
      const { id, password } = await useCases.state.redeemRunCredential.run(terminal, { id: request.done })
      return { id, password }
    },
  })
  return 'done' in got ? { ...got.done, workspace } : null
}

async function applies(play: Play, client: Client, person: Person, run: string, lease: string): Promise<void> {
  const { seeded, stage } = play.machine
  if (seeded.chance(0.4)) play.enter(`${client.name} too`, async (other) => void (await redeems(other, person, run, lease)))
  const credential = await redeems(client, person, run, lease)
  if (credential === null) return
  const terraform = new Terraform(play, client, credential)
  for (let tries = 0; tries < 3 && !(await terraform.lock()); tries++) await stage.pause()
  if (!terraform.holds) return
  if (seeded.chance(0.3)) await terraform.read()
  const serial = (await terraform.serial()) + 1
  const text = seeded.chance(0.5) ? agreed : differing
  if (seeded.chance(0.9)) await terraform.write(serial, text(serial))
  if (seeded.chance(0.8)) await terraform.unlock()
  // Its process goes on, and writes once more when it has told how it ended, perhaps.
  if (seeded.chance(0.4)) play.enter(`${client.name} late`, async (other) => {
    for (let left = seeded.below(12); left > 0; left--) await stage.pause()
    await new Terraform(play, other, credential, terraform.id).write(serial + 1, differing(serial + 1))
  })
}

export function runEffect(play: Play): void {
  const { seeded, stage, installation: { ada, ben } } = play.machine
  const by = seeded.chance(0.5) ? ada : ben
  const prepared = { ready: false }
  const topic = topicOf(play, by, workspace)
  play.enter('prepares', (client) => prepares(play, client, ada, prepared))
  play.enter('asks', async (client) => {
    await stage.until(() => prepared.ready)
    await asks(play, client, topic)
  })
  const deciding = { workspace, written: 0, writing: 0, over: false }
  for (let start = 0; start < 1 + seeded.below(2); start++) {
    play.enter(`starts ${start}`, async (client) => {
      await starts(play, client, topic, 0, (lease) => applies(play, client, by, topic.run, lease))
      deciding.over = true
    })
  }
  for (let one = 0; one < seeded.below(3); one++) play.enter(`decides ${one}`, (client) => decides(play, client, ada, deciding))
  if (seeded.chance(0.3)) play.enter('writes too', async (client) => {
    if (!(await stage.until(() => deciding.over))) return
    const terraform = new Terraform(play, client, credentialOf(ben, workspace))
    if (!(await terraform.lock())) return
    const serial = (await terraform.serial()) + 1
    await terraform.write(serial, before(serial))
    await terraform.unlock()
  })
}
