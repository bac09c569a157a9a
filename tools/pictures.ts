/**
 * Pictures of every page of the console, made again: `tsx tools/pictures.ts FOLDER [--only NAME]`.
 *
 * Each scene is shown on a desktop (1280) and a phone (390), light and dark, by a real Chromium on the built console, over
 * the stand-in server of the console's tests. With `docs/images` as the folder only the ones that README uses are made.
 */
import { spawnSync } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { buildConsole, launch, sit } from '../packages/countersign/test/console/browser.ts'
import type { Seat } from '../packages/countersign/test/console/browser.ts'
import { startFake } from '../packages/countersign/test/console/fake/server.ts'
import { newWorld } from '../packages/countersign/test/console/fake/world.ts'
import { scenes } from '../packages/countersign/test/console/scenes.ts'
import type { Scene } from '../packages/countersign/test/console/scenes.ts'
import { auditScenes } from '../packages/countersign/test/console/scenes-audit.ts'
import { teamScenes } from '../packages/countersign/test/console/scenes-team.ts'
import { workspaceScenes } from '../packages/countersign/test/console/scenes-workspaces.ts'

const looks = [
  { name: 'desktop', viewport: { width: 1280, height: 860 }, deviceScaleFactor: 1 },
  { name: 'phone', viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 },
] as const
const themes = ['light', 'dark'] as const

const { values, positionals } = parseArgs({ options: { only: { type: 'string' }, full: { type: 'boolean', default: false } }, allowPositionals: true })
const target = resolve(positionals[0] ?? 'docs/images')
const forReadme = basename(target) === 'images'

async function picture(browser: Browser, folder: string, scene: Scene, look: (typeof looks)[number], theme: (typeof themes)[number]): Promise<void> {
  const world = newWorld()
  const server = await startFake(world, folder)
  const seat = await sit(browser, { viewport: look.viewport, deviceScaleFactor: look.deviceScaleFactor, colorScheme: theme, reducedMotion: 'reduce' })
  try {
    await scene.show({ seat, world, origin: server.origin })
    await seat.page.waitForTimeout(150)
    const name = forReadme ? `${scene.name}-${theme}` : `${scene.name}-${look.name}-${theme}`
    await seat.page.screenshot({ path: join(target, `${name}.png`), fullPage: values.full })
    report(seat, scene, seat.page)
  } finally {
    await seat.close()
    await server.close()
  }
}

function report({ faults }: Seat, scene: Scene, page: Page): void {
  if (faults.length > 0) process.stderr.write(`${scene.name} (${page.url()}): ${faults.join('; ')}\n`)
}

await mkdir(target, { recursive: true })
const built = await buildConsole()
const browser = await launch()
try {
  const wanted = [...scenes, ...workspaceScenes, ...auditScenes, ...teamScenes].filter((scene) => (values.only === undefined || scene.name.startsWith(values.only)) && (!forReadme || scene.inReadme === true))
  for (const scene of wanted) {
    for (const look of forReadme ? looks.slice(0, 1) : looks) {
      for (const theme of themes) await picture(browser, built.folder, scene, look, theme)
    }
  }
} finally {
  await browser.close()
  await built.remove()
}

// The pages of a team are shown as the team's own test goes through them, in real browsers on a real server.
if (!forReadme && values.only === undefined) {
  const folder = join(target, 'team')
  await mkdir(folder, { recursive: true })
  const vitest = resolve(import.meta.dirname, '..', 'node_modules', 'vitest', 'vitest.mjs')
  const { status } = spawnSync(process.execPath, [vitest, 'run', '--project', 'all', 'packages/countersign/test/console/team'], { stdio: ['ignore', 2, 2], env: { ...process.env, COUNTERSIGN_TEST_PICTURES: folder } })
  process.exitCode = status ?? 1
}
