/** Plans and applies: asked, answered by several, started by more than one, reported, and taken back meanwhile. */
import type { Client } from '../client.ts'
import type { Person } from '../installation.ts'
import { workspaces } from './workspaces.ts'
import type { Play } from '../play.ts'
import type { Asked } from '../../../src/doors/runs/asked.ts'
import { takeRun } from '../../../src/doors/runs/take.ts'
import { runBody } from '../../support/sample-run.ts'
import { Human } from './people.ts'

/** What actors know of one run, from one another. */
export type Topic = { asked: Asked; by: Person; run: string; code: string; grant: string; answers: number; over: boolean }

const samples = new Map<string, Asked>()

export function topicOf(play: Play, by: Person, workspace: string, like?: Topic): Topic {
  const { seeded } = play.machine
  const sample = samples.get(workspace) ?? sampleOf(workspace)
  samples.set(workspace, sample)
  const file = like?.asked.claims.plan.file ?? seeded.hex(32)
  const claims = { ...sample.claims, plan: { ...sample.claims.plan, file }, variables: [{ name: 'TF_VAR_call', digest: seeded.hex(32) }] }
  return { asked: { ...sample, claims }, by, run: '', code: '', grant: '', answers: 0, over: false }
}

function sampleOf(workspace: string): Asked {
  const { body } = takeRun(Buffer.from(JSON.stringify(runBody({ workspace, actions: ['update'] }))))
  if (body.is !== 'run') throw new Error('the sample is no run')
  return body.asked
}

function measuredOf({ claims }: Asked) {
  const { plan, workspace, state, tree, engine, providers, variables } = claims
  return { planFile: plan.file, state, tree, engine, providers, arguments: claims.arguments, variables, backend: workspace.backend }
}

const callOf = ({ asked }: Topic): string => asked.claims.variables[0]?.digest ?? ''

export async function asks(play: Play, client: Client, topic: Topic): Promise<void> {
  const { terminal } = topic.by
  const asked = await client.call({ what: 'asks for a run', as: terminal, about: { asked: callOf(topic), workspace: topic.asked.workspace }, work: ({ useCases }) => useCases.runs.create.run(terminal, topic.asked) })
  topic.run = 'done' in asked ? asked.done : await seenInList(play, topic)
  if (topic.run !== '') await looks(client, topic)
  topic.over = topic.run === ''
}

/** Whoever was not answered looks whether it is there. */
async function seenInList({ machine }: Play, topic: Topic): Promise<string> {
  const rows = await machine.store.read((db) => db.selectFrom('run').select(['id', 'subject']).where('plan_file', '=', topic.asked.claims.plan.file).execute())
  return rows.find(({ subject }) => subject.includes(callOf(topic)))?.id ?? ''
}

async function looks(client: Client, topic: Topic): Promise<string> {
  const { terminal } = topic.by
  const shown = await client.call({
    what: 'looks at the run', as: null, about: { run: topic.run },
    work: async ({ useCases }) => {
      const { code, status, grant } = await useCases.runs.show.run(terminal, { run: topic.run })
      return { code, status, grant: grant?.id ?? '' }
    },
  })
  if ('refused' in shown) return ''
  topic.code = shown.done.code
  if (shown.done.grant !== '') topic.grant = shown.done.grant
  return shown.done.status
}

const known = (play: Play, topic: Topic) => play.machine.stage.until(() => topic.code !== '' || topic.over)

export async function signs(play: Play, client: Client, topic: Topic, human: Human, how: 'key' | 'code'): Promise<void> {
  if (!(await known(play, topic)) || topic.code === '') return
  const prepared = await human.prepare(client, topic.code, how)
  if (!prepared) return
  const { seeded } = play.machine
  // Somebody who looks over a shoulder, or a second tab: the very same answer comes from elsewhere as well.
  if (seeded.chance(0.25)) play.enter(`${client.name} twice`, async (other) => void (await human.answer(other, prepared)))
  if ('done' in (await human.answer(client, prepared))) topic.answers++
}

/** @param during what goes on while it is applied, before its outcome is reported */
export async function starts(play: Play, client: Client, topic: Topic, needed: number, during: (lease: string) => Promise<void> = async () => undefined): Promise<void> {
  if (!(await play.machine.stage.until(() => topic.over || topic.grant !== '' || (topic.code !== '' && topic.answers >= needed)))) topic.over ||= topic.code === ''
  if (topic.code === '') return
  if (topic.grant === '') await looks(client, topic)
  const { terminal } = topic.by
  const { run, grant } = topic
  const started = await client.call({ what: 'starts the apply', as: terminal, about: { run, grant }, work: ({ useCases }) => useCases.runs.start.run(terminal, { run, grant, measured: measuredOf(topic.asked) }) })
  if (!('done' in started)) return
  await during(started.done.lease)
  await reports(play, client, topic, started.done.lease)
}

async function reports(play: Play, client: Client, topic: Topic, lease: string): Promise<void> {
  const { terminal } = topic.by
  const { seeded } = play.machine
  const result = seeded.chance(0.7) ? 'applied' as const : 'failed' as const
  const outcome = { lease, result, summary: 'as it was', state: { lineage: `lineage-${topic.asked.workspace}`, serial: 1 + seeded.below(3), digest: seeded.hex(32) }, treeUnchanged: true }
  await client.call({ what: 'reports the outcome', as: terminal, about: { run: topic.run, result }, work: ({ useCases }) => useCases.runs.report.run(terminal, { run: topic.run, outcome }).then(() => null) })
}

async function cancels(play: Play, client: Client, topic: Topic): Promise<void> {
  if (!(await known(play, topic)) || topic.run === '') return
  const { terminal } = topic.by
  await client.call({ what: 'cancels the run', as: terminal, about: { run: topic.run }, work: ({ useCases }) => useCases.runs.cancel.run(terminal, { run: topic.run }).then(() => null) })
}

async function denies(play: Play, client: Client, topic: Topic, human: Human): Promise<void> {
  if (!(await known(play, topic)) || topic.code === '') return
  await human.deny(client, topic.code, play.machine.seeded.chance(0.4))
}

/** One run, in a workspace where its requester answers alone, with somebody else, or where nobody is asked. */
export function oneRun(play: Play, at: keyof typeof workspaces, name = ''): Topic {
  const { seeded, installation: { ada, ben, cleo } } = play.machine
  const by = seeded.chance(0.5) ? ada : ben
  const topic = topicOf(play, by, workspaces[at])
  const [human, approver] = [new Human(play, by), new Human(play, cleo)]
  const needed = { free: 0, coded: 1, pair: 2 }[at]
  play.enter(`asks${name}`, (client) => asks(play, client, topic))
  if (at !== 'free') {
    for (let tab = 0; tab < 1 + seeded.below(2); tab++) play.enter(`signs${name} ${tab}`, (client) => signs(play, client, topic, human, at === 'coded' && seeded.chance(0.5) ? 'code' : 'key'))
  }
  if (at === 'pair') for (let tab = 0; tab < 1 + seeded.below(2); tab++) play.enter(`approves${name} ${tab}`, (client) => signs(play, client, topic, approver, 'key'))
  for (let start = 0; start < 1 + seeded.below(3); start++) play.enter(`starts${name} ${start}`, (client) => starts(play, client, topic, needed))
  if (seeded.chance(0.2)) play.enter(`cancels${name}`, (client) => cancels(play, client, topic))
  if (seeded.chance(0.2)) play.enter(`denies${name}`, (client) => denies(play, client, topic, seeded.chance(0.5) ? human : approver))
  return topic
}

/** Two runs of one workspace, or of one plan file, at once: one is applied. */
export function twoRuns(play: Play): void {
  const { seeded } = play.machine
  const at = seeded.chance(0.5) ? 'free' : 'coded'
  const first = oneRun(play, at, ' A')
  if (seeded.chance(0.5)) return void oneRun(play, at, ' B')
  const second = topicOf(play, first.by, workspaces[at], first)
  const human = new Human(play, first.by)
  play.enter('asks again', (client) => asks(play, client, second))
  if (at === 'coded') play.enter('signs again', (client) => signs(play, client, second, human, 'key'))
  play.enter('starts again', (client) => starts(play, client, second, at === 'coded' ? 1 : 0))
}

/** One code of one app for two runs, on two servers; and the next one. */
export function oneCode(play: Play): void {
  const { seeded, installation: { ada, ben } } = play.machine
  const by = seeded.chance(0.5) ? ada : ben
  const human = new Human(play, by)
  for (const name of ['A', 'B', ...(seeded.chance(0.3) ? ['C'] : [])]) {
    const topic = topicOf(play, by, workspaces.coded)
    play.enter(`asks ${name}`, (client) => asks(play, client, topic))
    play.enter(`types ${name}`, (client) => signs(play, client, topic, human, 'code'))
    if (seeded.chance(0.5)) play.enter(`types ${name} later`, (client) => signs(play, client, topic, human, 'code'))
    if (seeded.chance(0.3)) play.enter(`starts ${name}`, (client) => starts(play, client, topic, 1))
  }
}
