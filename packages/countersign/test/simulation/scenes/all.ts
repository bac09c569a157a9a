/** What a schedule is about: one thing that several want at once, with what a server does by itself beside it. */
import { isCoded } from '../../../src/server/http/problem.ts'
import { ServerGone } from '../client.ts'
import type { Play } from '../play.ts'
import { credential } from './credentials.ts'
import { runEffect } from './effects.ts'
import { oneCode, oneRun, twoRuns } from './runs.ts'
import { locks } from './states.ts'
import { versions } from './versions.ts'

const table: readonly (readonly [number, string, (play: Play) => void])[] = [
  [16, 'a run, answered by a key or a code', (play) => void oneRun(play, 'coded')],
  [12, 'a run that takes two people', (play) => void oneRun(play, 'pair')],
  [8, 'a run that takes nobody', (play) => void oneRun(play, 'free')],
  [12, 'two runs of one workspace', twoRuns],
  [12, 'one code for two runs', oneCode],
  [18, 'locks that take nobody', (play) => locks(play, 'free')],
  [14, 'locks that take a touch', (play) => locks(play, 'coded')],
  [8, 'a credential', credential],
  [8, 'a run and its state', runEffect],
  [10, 'versions of a state, where a lock takes nobody', (play) => versions(play, 'free')],
  [3, 'versions of a state, where a lock takes a touch', (play) => versions(play, 'coded')],
]

export function scenes(play: Play): void {
  const { seeded, history } = play.machine
  let drawn = seeded.below(table.reduce((sum, [weight]) => sum + weight, 0))
  for (const [weight, name, scene] of table) {
    drawn -= weight
    if (drawn >= 0) continue
    history.say(0, 0, 'about', name)
    scene(play)
    break
  }
  if (seeded.chance(0.4)) play.enter('jobs', async () => {
    for (let times = 0; times < 1 + seeded.below(2); times++) {
      await play.machine.stage.pause()
      const server = play.anyServer()
      await server.gone(() => server.jobs()).catch((error: unknown) => {
        if (!(error instanceof ServerGone) && !isCoded(error)) throw error
      })
    }
  })
}
