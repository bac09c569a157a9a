/**
 * A server that writes until it is killed. One line on stdout per acknowledgement, printed only when the
 * promise was kept: `act <index> <what>` for an action, `sign <size> <root>` for a checkpoint.
 */
import { writeSync } from 'node:fs'
import { act, Place } from './place.ts'

const [folder, first = '0'] = process.argv.slice(2)
if (folder === undefined) throw new Error('name the data folder')

const { store, ledger } = await new Place(folder).open()
const say = (line: string): number => writeSync(1, `${line}\n`)
say('open')

let next = Number(first)
async function actor(): Promise<never> {
  for (;;) {
    const what = `thing ${next++}`
    const { index } = await act(store, ledger, what, { run: `run_${next % 7}` })
    say(`act ${index} ${what}`)
  }
}

async function signer(): Promise<never> {
  for (;;) {
    const { size, root } = await ledger.checkpoint()
    say(`sign ${size} ${root}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

await Promise.all([actor(), actor(), actor(), actor(), signer(), signer()])
