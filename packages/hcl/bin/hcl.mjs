#!/usr/bin/env node
// Starts the built program. The build is a step of its own, so that no start pays for it.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const built = new URL('../dist/command/main.js', import.meta.url)
if (existsSync(fileURLToPath(built))) {
  const { main } = await import(built.href)
  process.exitCode = await main(process.argv.slice(2))
} else {
  process.stderr.write('hcl is not built here. Build it with: npm run build\n')
  process.exitCode = 1
}
