/** Wraps anew until the save that is named, then waits to be killed: before that save, or after it. */
import { openStateKeys, rewrapStep } from '../../../src/platform/envelope/index.ts'
import { folderPort } from './folder-port.ts'
import { optionsIn } from './support.ts'

const [dataDir = '', rows = '', nth = '', when = ''] = process.argv.slice(2)
const port = folderPort(rows)
let saves = 0
await rewrapStep(await openStateKeys(optionsIn(dataDir)), {
  ...port,
  save: async (...row) => {
    const last = ++saves === Number(nth)
    if (!last || when === 'after') await port.save(...row)
    if (!last) return
    process.stdout.write('now\n')
    await new Promise((resolve) => setTimeout(resolve, 600_000))
  },
}, { limit: 100 })
