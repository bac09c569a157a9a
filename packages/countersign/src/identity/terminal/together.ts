/**
 * Requests that come at the same time share one turn at the database: what is asked while a turn is under way goes into the next one.
 * Nobody waits for company longer than for what is there to be read from the network now. Each answer is from a turn that began after its
 * question was asked, so it is as fresh as one of its own would be. A turn that fails fails for all who were in it.
 */
import { setImmediate } from 'node:timers/promises'

export function together<Asked, Answer>(turn: (asked: Asked[]) => Promise<Answer[]>, most = 500): (asked: Asked) => Promise<Answer> {
  type Waiting = { asked: Asked; resolve: (answer: Answer) => void; reject: (error: unknown) => void }
  let waiting: Waiting[] = []
  let running = false

  async function run(): Promise<void> {
    running = true
    while (waiting.length > 0) {
      // All that came in this round of the event loop: the first of them would otherwise go alone.
      await setImmediate()
      const group = waiting.slice(0, most)
      waiting = waiting.slice(most)
      try {
        const answers = await turn(group.map(({ asked }) => asked))
        if (answers.length !== group.length) throw new TypeError('a turn answered another number of questions than it was asked')
        group.forEach(({ resolve }, at) => resolve(answers[at] as Answer))
      } catch (error) {
        for (const { reject } of group) reject(error)
      }
    }
    running = false
  }

  return async (asked) => await new Promise((resolve, reject) => {
    waiting.push({ asked, resolve, reject })
    if (!running) void run()
  })
}
