/** Every page, in every state of the pictures: nothing serious for axe, no policy violation, usable at 320 px and by touch. */
import { describe, expect, test } from 'vitest'
import { axeFindings, browserOrSkip, sit } from './browser.ts'
import { startFake } from './fake/server.ts'
import { newWorld } from './fake/world.ts'
import { scenes } from './scenes.ts'
import { auditScenes } from './scenes-audit.ts'
import { teamScenes } from './scenes-team.ts'
import { workspaceScenes } from './scenes-workspaces.ts'
import { sharedBrowser } from './shared-browser.ts'

/** Visible controls that are smaller than 44 px in both directions, or wider than the window. Links inside text are exempt (WCAG 2.5.8). */
function smallTargets(): string[] {
  const found: string[] = []
  for (const element of document.querySelectorAll<HTMLElement>('button, summary, input, [class~="button"], nav a, .row-link')) {
    const box = element.getBoundingClientRect()
    if (box.width === 0 || getComputedStyle(element).clipPath !== 'none') continue
    const target = element.closest('label')?.getBoundingClientRect() ?? box
    if (target.height < 43.5 || target.width < 43.5) found.push(`${element.tagName} "${element.textContent?.slice(0, 30)}" ${Math.round(target.width)}x${Math.round(target.height)}`)
  }
  return found
}

describe.skipIf(browserOrSkip().skip)('every page', () => {
  const shared = sharedBrowser()

  for (const scene of [...scenes, ...workspaceScenes, ...auditScenes, ...teamScenes].filter(({ onlyPicture }) => onlyPicture !== true)) {
    test(`${scene.name}: accessible, small enough for 320 px, nothing against the policy`, async () => {
      const world = newWorld()
      const server = await startFake(world, shared.folder)
      const seat = await sit(shared.browser, { colorScheme: scene.name.length % 2 === 0 ? 'light' : 'dark', reducedMotion: 'reduce' })
      try {
        await scene.show({ seat, world, origin: server.origin })
        expect(await axeFindings(seat)).toEqual([])
        await seat.page.emulateMedia({ colorScheme: scene.name.length % 2 === 0 ? 'dark' : 'light' })
        expect(await axeFindings(seat)).toEqual([])
        await seat.page.setViewportSize({ width: 320, height: 640 })
        expect(await seat.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
        expect(await seat.page.evaluate(smallTargets)).toEqual([])
        expect(await axeFindings(seat)).toEqual([])
        expect(await seat.page.locator('h1').count()).toBe(1)
        expect(seat.faults).toEqual([])
      } finally {
        await seat.close()
        await server.close()
      }
    })
  }
})
