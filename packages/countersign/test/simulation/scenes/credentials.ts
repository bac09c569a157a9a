/** Credentials for terraform. */
import type { Play } from '../play.ts'
import { Human } from './people.ts'
import { workspaces } from './workspaces.ts'

/** A credential is asked for, countersigned and redeemed: once, however many try. */
export function credential(play: Play): void {
  const { seeded, installation: { ada, ben } } = play.machine
  const person = seeded.chance(0.5) ? ada : ben
  const { terminal } = person
  const asked = { id: '', code: '', signed: false, over: false }
  play.enter('asks', async (client) => {
    const purpose = seeded.hex(8)
    const answer = await client.call({
      what: 'asks for a credential', as: terminal, about: { purpose },
      work: async ({ useCases }) => {
        const { id, code } = await useCases.state.askCredential.run(terminal, { action: 'state.credential', workspace: workspaces.coded, whole: false, phase: 'apply', tier: 'full', replace: false, purpose })
        return { id, code }
      },
    })
    if ('done' in answer) Object.assign(asked, answer.done)
    asked.over = !('done' in answer)
  })
  for (let tab = 0; tab < 1 + seeded.below(2); tab++) play.enter(`signs ${tab}`, async (client) => {
    if (!(await play.machine.stage.until(() => asked.code !== '' || asked.over)) || asked.over) return
    asked.signed = (await new Human(play, person).sign(client, asked.code)) || asked.signed
  })
  for (let one = 0; one < 2 + seeded.below(2); one++) play.enter(`redeems ${one}`, async (client) => {
    if (!(await play.machine.stage.until(() => asked.signed || asked.over)) || asked.code === '') return
    await client.call({ what: 'redeems a credential', as: terminal, about: { request: asked.id }, work: ({ useCases }) => useCases.state.redeemCredential.run(terminal, { id: asked.id }) })
  })
}
