// Before publishing: takes away the chunks of earlier builds, which stay for a while beside a running program. `prune.mjs [FOLDER]`.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const dist = join(resolve(process.argv[2] ?? dirname(fileURLToPath(import.meta.url))), 'dist')
const needed = new Set()

function need(file) {
  if (needed.has(file)) return
  needed.add(file)
  for (const [, path] of readFileSync(file, 'utf8').matchAll(/["'](\.{1,2}\/[\w./-]+\.mjs)["']/g)) {
    const target = resolve(dirname(file), path)
    if (target.startsWith(join(dist, 'chunks')) && existsSync(target)) need(target)
  }
}

for (const name of readdirSync(dist)) if (name.endsWith('.mjs')) need(join(dist, name))
for (const name of readdirSync(join(dist, 'chunks'))) if (!needed.has(join(dist, 'chunks', name))) rmSync(join(dist, 'chunks', name))
