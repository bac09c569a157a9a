/**
 * A file on another mount, which only grows. It is written by a program of its own: a mount that is gone makes whoever writes to it wait
 * for ever, and Node has few threads for that. No folder is made: below a mount that is not there, one would lie on this very disk.
 */
import { runBounded } from './child.ts'
import type { Send } from './place.ts'

const writer = `const fs = require('node:fs'), path = process.argv[1]
const text = fs.readFileSync(0)
const file = fs.openSync(path, 'a', 0o600)
fs.writeFileSync(file, text)
fs.fsyncSync(file)
try { fs.fsyncSync(fs.openSync(require('node:path').dirname(path), 'r')) } catch {}`

/** An empty line first: a write that was cut off before leaves half a note, which must not run into this one. */
export function appendTo(path: string): Send {
  return async (batch, signal) => {
    const { code, stderr } = await runBounded(process.execPath, ['-e', writer, path], { input: batch.map(({ note }) => `\n${note}`).join(''), environment: {}, signal })
    if (code !== 0) throw new Error(/Error: (.*)/.exec(stderr)?.[1] ?? `the file could not be written (${code})`)
  }
}
