/** Versions of one state: written, gone back to, imported, deleted and brought back, set aside and decided about, while others read and apply. */
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { Asked } from '../../../src/doors/state/claims.ts'
import type { Actor } from '../../../src/identity/index.ts'
import { stateText } from '../../support/state-wire.ts'
import type { Client } from '../client.ts'
import type { Person } from '../installation.ts'
import type { Play } from '../play.ts'
import type { Server } from '../servers.ts'
import { Human } from './people.ts'
import { oneRun } from './runs.ts'
import { consents, credentialOf, forces } from './states.ts'
import { Terraform } from './terraform.ts'
import { workspaces } from './workspaces.ts'

type Deciding = (server: Server, by: Actor, asked: Asked) => Promise<{ id: string; code: string }>

/** Which versions each is about: most of the time those that it can be about. */
const decisions: readonly (readonly [Asked['action'], readonly string[], Deciding])[] = [
  ['state.rollback', ['kept'], ({ useCases }, by, asked) => useCases.state.askRollback.run(by, asked)],
  ['state.delete', ['kept'], ({ useCases }, by, asked) => useCases.state.askDelete.run(by, asked)],
  ['state.restore', ['deleted', 'discarded'], ({ useCases }, by, asked) => useCases.state.askRestore.run(by, asked)],
  ['state.accept', ['quarantined'], ({ useCases }, by, asked) => useCases.state.askAccept.run(by, asked)],
  ['state.discard', ['quarantined'], ({ useCases }, by, asked) => useCases.state.askDiscard.run(by, asked)],
]

const plainly = { whole: false, tier: 'full', replace: false } as const

type Topic = { workspace: string; written: number; /** How many hold the lock, or are about to. */ writing: number; over: boolean }

function versionsOf({ machine }: Play, workspace: string) {
  return machine.store.read((db) => db.selectFrom('state_version').innerJoin('state_workspace', 'state_workspace.id', 'state_version.workspace')
    .select(['state_version.number', 'state_version.status', 'state_workspace.version as current']).where('state_workspace.name', '=', workspace).orderBy('number').execute())
}

/** What there is to decide about, or what somebody thinks there is. */
async function choose(play: Play, { workspace }: Topic) {
  const { seeded } = play.machine
  const versions = await versionsOf(play, workspace)
  const possible = decisions.filter(([, statuses]) => versions.some(({ status, number, current }) => statuses.includes(status) && number !== current))
  const [action, statuses, ask] = seeded.pick(possible.length > 0 && seeded.chance(0.9) ? possible : decisions)
  const fitting = versions.filter(({ status, number, current }) => statuses.includes(status) && number !== current)
  const version = seeded.pick(fitting.length > 0 && seeded.chance(0.9) ? fitting : [...versions, { number: 1 }]).number
  return { action, ask, version, whole: ['state.delete', 'state.restore'].includes(action) && seeded.chance(0.35) }
}

export async function decides(play: Play, client: Client, person: Person, topic: Topic): Promise<void> {
  const { seeded, stage } = play.machine
  const enough = 1 + seeded.below(3)
  if (!(await stage.until(() => topic.written >= enough || topic.over))) return
  for (let tries = 0; tries < 3; tries++) {
    if (seeded.chance(0.8)) await stage.until(() => topic.writing === 0)
    const { action, ask, version, whole } = await choose(play, topic)
    const done = await asksAndSigns(play, client, person, action, { ...plainly, action, workspace: topic.workspace, whole, ...(whole ? {} : { version }), purpose: seeded.hex(8) }, ask)
    if (done.id !== null || !['lock_held', 'version_current'].includes(done.refused)) return
  }
}

async function asksAndSigns(play: Play, client: Client, person: Person, what: string, asked: Asked, ask: Deciding): Promise<{ id: string } | { id: null; refused: string }> {
  const { seeded, installation: { cleo } } = play.machine
  const { terminal } = person
  const { workspace, purpose, whole, version = 0 } = asked
  const answer = await client.call({
    what: `asks for ${what}`, as: terminal, about: { workspace, version, whole: String(whole), purpose },
    work: async (server) => {
      const { id, code } = await ask(server, terminal, asked)
      return { id, code }
    },
  })
  if ('refused' in answer) return { id: null, refused: answer.refused }
  const { id, code } = answer.done
  // Two windows of one person, or somebody who thinks that they are asked as well.
  if (seeded.chance(0.2)) play.enter(`${client.name} again`, async (other) => void (await new Human(play, seeded.chance(0.5) ? person : cleo).sign(other, code)))
  if (seeded.chance(0.1)) play.enter(`${client.name} not`, (other) => new Human(play, person).deny(other, code, seeded.chance(0.3)))
  return (await new Human(play, person).sign(client, code)) ? { id } : { id: null, refused: '' }
}

/** The body follows what was countersigned: the right one, once or twice; or another one. */
export async function imports(play: Play, client: Client, person: Person, topic: Topic): Promise<void> {
  const { seeded, stage } = play.machine
  if (seeded.chance(0.7) && !(await stage.until(() => (topic.written > 0 && topic.writing === 0) || topic.over))) return
  const { terminal } = person
  const [lineage, serial] = [seeded.chance(0.6) ? 'lineage-1' : 'lineage-2', 1 + seeded.below(6)]
  const text = stateText(serial, lineage, {}, seeded.hex(6))
  const bytes = Buffer.from(text)
  const digest = createHash('sha256').update(bytes).digest('hex')
  const asked: Asked = { ...plainly, action: 'state.import', workspace: topic.workspace, digest, lineage, serial, size: bytes.length, replace: seeded.chance(0.85), purpose: seeded.hex(8) }
  const { id } = await asksAndSigns(play, client, person, 'state.import', asked, ({ useCases }, by, one) => useCases.state.askImport.run(by, one))
  if (id === null) return
  const sends = (other: Client, sent: Buffer) => other.call({
    what: 'sends a state', as: terminal, about: { request: id, workspace: topic.workspace, digest: createHash('sha256').update(sent).digest('hex') },
    work: ({ useCases }) => useCases.state.redeemImport.run(terminal, { id, body: Readable.from([sent]), length: sent.length, encoding: '' }).then(() => null),
  })
  if (seeded.chance(0.3)) play.enter(`${client.name} too`, async (other) => void (await sends(other, bytes)))
  if (seeded.chance(0.2)) await sends(client, Buffer.from(text.replace('lineage', 'Lineage')))
  await sends(client, bytes)
}

/** Applies, one after another: each writes once or twice, and perhaps once more when its lock is over. */
async function writes(play: Play, client: Client, person: Person, topic: Topic, at: 'free' | 'coded', times: number, met: (terraform: Terraform) => void): Promise<void> {
  const { seeded, stage } = play.machine
  for (let apply = 0; apply < times; apply++) {
    const terraform = new Terraform(play, client, credentialOf(person, topic.workspace))
    met(terraform)
    if (at === 'coded') play.enter(`${client.name} consents ${apply}`, (other) => consents(play, other, person, terraform))
    topic.writing++
    for (let tries = 0; tries < 3 && !(await terraform.lock()); tries++) await stage.pause()
    if (terraform.holds) {
      if (seeded.chance(0.3)) await terraform.read()
      for (let write = 0; write < 1 + seeded.below(2); write++) {
        const serial = (await terraform.serial()) + 1
        await terraform.write(serial, stateText(serial, 'lineage-1', {}, terraform.digest.slice(0, 6)))
        topic.written++
      }
      if (seeded.chance(0.85)) await terraform.unlock()
      topic.writing--
      if (seeded.chance(0.35)) await terraform.write(99, stateText(99, 'lineage-1', {}, `late${terraform.digest.slice(0, 6)}`))
    } else topic.writing--
    terraform.over = true
  }
  topic.over = true
}

async function reads(play: Play, client: Client, person: Person, topic: Topic): Promise<void> {
  const { seeded, stage } = play.machine
  const terraform = new Terraform(play, client, credentialOf(person, topic.workspace))
  for (let times = 0; times < 1 + seeded.below(3); times++) {
    for (let left = seeded.below(6); left > 0; left--) await stage.pause()
    await terraform.read()
  }
}

export function versions(play: Play, at: 'free' | 'coded'): void {
  const { seeded, stage, installation: { ada, ben } } = play.machine
  const topic: Topic = { workspace: workspaces[at], written: 0, writing: 0, over: false }
  const either = (): Person => (seeded.chance(0.5) ? ada : ben)
  let held: Terraform | undefined
  play.enter('writes', (client) => writes(play, client, ada, topic, at, 2, (terraform) => (held = terraform)))
  if (seeded.chance(0.4)) play.enter('writes too', (client) => writes(play, client, ben, topic, at, 1, () => undefined))
  for (let one = 0; one < 2 + seeded.below(3); one++) {
    const person = either()
    play.enter(`decides ${one}`, (client) => decides(play, client, person, topic))
  }
  if (seeded.chance(0.8)) play.enter('imports', (client) => imports(play, client, either(), topic))
  if (at === 'free' && seeded.chance(0.6)) play.enter('reads', (client) => reads(play, client, ben, topic))
  if (at === 'coded' && seeded.chance(0.5)) oneRun(play, 'coded', ' run')
  if (seeded.chance(0.4)) play.enter('forces', async (client) => {
    if ((await stage.until(() => held !== undefined)) && held) await forces(play, client, ada, topic.workspace, held)
  })
}
