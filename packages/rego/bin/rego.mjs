#!/usr/bin/env node
// Starts the built program. The build is a step of its own, so that no start pays for it.
import { existsSync, readFileSync, writeSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const built = new URL('../dist/lib/command.js', import.meta.url)
if (existsSync(fileURLToPath(built))) {
  const { run } = await import(built.href)
  const write = (stream, text) => {
    const bytes = Buffer.from(text)
    for (let at = 0; at < bytes.length; ) {
      try {
        at += writeSync(stream, bytes, at)
      } catch (error) {
        // the reader has gone away, or cannot keep up
        if (error.code === 'EPIPE') process.exit(0)
        if (error.code !== 'EAGAIN') throw error
      }
    }
  }
  process.exitCode = run(process.argv.slice(2), {
    out: (text) => write(1, text),
    err: (text) => write(2, text),
    stdin: () => readFileSync(0, 'utf8'),
  })
} else {
  process.stderr.write('rego is not built here. Build it with: npm run build\n')
  process.exitCode = 1
}
