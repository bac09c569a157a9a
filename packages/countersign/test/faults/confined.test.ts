/** What container and service allow the server is enough for it: nobody's user, no capability, one folder to write, a /proc of itself alone. */
import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { freePort, scratchFolder } from '../support/scratch-server.ts'

const root = resolve(import.meta.dirname, '../../../..')
const NOBODY = 10_001

/** As `--read-only` and the unit do it. Whoever may not make such a place is answered with 9. */
const place = `
set -e
{ mount -t proc -o subset=pid,hidepid=invisible proc /proc && mount --bind "$FOLDER" "$FOLDER" && mount -o remount,ro,bind /; } 2>/dev/null || exit 9
if touch "$ROOT/written" 2>/dev/null; then rm "$ROOT/written"; exit 8; fi
exec setpriv --reuid ${NOBODY} --regid ${NOBODY} --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all "$NODE" "$FOLDER/try.mjs"
`

/** Starts the program, asks it what a container's health check asks, and ends it. */
const attempt = `
import { spawn, execFileSync } from 'node:child_process'
const { ROOT, FOLDER, ADDR, NODE } = process.env
const server = spawn(NODE, [ROOT + '/packages/countersign/bin/countersign.mjs', 'up', '--addr', ADDR, '--json'], { env: { ...process.env, HOME: FOLDER + '/home', TMPDIR: '/nonexistent', COUNTERSIGN_DATA: FOLDER + '/home/data' } })
await new Promise((resolve) => server.stdout.once('data', resolve))
execFileSync(NODE, [ROOT + '/packaging/container/healthcheck.mjs'])
const ready = await (await fetch('http://' + ADDR + '/readyz')).json()
const gone = new Promise((resolve) => server.once('exit', resolve))
server.kill('SIGTERM')
console.log(JSON.stringify({ uid: process.getuid(), status: ready.status, code: await gone }))
`

it('starts, is ready, and ends, where it may write nothing but its folder', async (context) => {
  const folder = await scratchFolder('confined')
  chmodSync(folder, 0o755)
  mkdirSync(join(folder, 'home'), { mode: 0o700 })
  writeFileSync(join(folder, 'try.mjs'), attempt)
  const [port, apart] = [await freePort(), await freePort()]
  let said: string
  try {
    chownSync(join(folder, 'home'), NOBODY, NOBODY)
    said = execFileSync('unshare', ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', place], {
      encoding: 'utf8', timeout: 60_000, stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], ROOT: root, FOLDER: folder, NODE: process.execPath, ADDR: `127.0.0.1:${port}`, COUNTERSIGN_METRICS_LISTEN: `127.0.0.1:${apart}` },
    })
  } catch (error) {
    const why = error instanceof Error && 'status' in error ? error.status : null
    if (why !== 9 && process.getuid?.() === 0 && why !== null) throw error
    process.stderr.write('\nSKIPPED: the server was not tried on a root file system that cannot be written: that needs root, unshare and setpriv.\n')
    return context.skip('needs root, unshare and setpriv')
  }
  expect(JSON.parse(said)).toEqual({ uid: NOBODY, status: 'ready', code: 0 })
})
