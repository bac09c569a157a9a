/** Where a person may be sent after signing in: to a page of ours, whatever the link says. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pageOf, safeNext } from '../../src/console/router.ts'

const origin = 'https://countersign.example'

describe('safeNext', () => {
  test.each([
    ['/c/K7QF-2M9D-4XWT', '/c/K7QF-2M9D-4XWT'],
    ['/runs/run_0193a0b1', '/runs/run_0193a0b1'],
    ['/runs?limit=5', '/runs?limit=5'],
    ['/workspaces/shop%2Fweb%2Feu/quarantine', '/workspaces/shop%2Fweb%2Feu/quarantine'],
    ['/workspaces/data%2Fgr%C3%B6%C3%9Fe/diff/3/5', '/workspaces/data%2Fgr%C3%B6%C3%9Fe/diff/3/5'],
    ['/', '/'],
  ])('%s is one of our pages', (raw, expected) => expect(safeNext(raw, origin)).toBe(expected))

  test.each([
    null, '', 'runs', 'https://evil.example/', '//evil.example', '/\\evil.example', '\\\\evil.example', '/\t/evil.example', '/\n/evil.example', '/.//evil.example', '/runs/..//evil.example',
    '/%2e//evil.example', 'javascript:alert(1)', '/\u0000/evil.example', 'http:/runs', '/sign-in?next=/sign-in', '/setup', '/oidc/auth', '/api/v1/session', '/c/../../evil',
    '/workspaces/shop', '/workspaces/shop%2F..', '/workspaces/shop%2Fweb/else', '/workspaces/shop%2Fweb/diff/3', '/workspaces/shop%2Fa%E2%80%AEb', '/workspaces/%E0%A4%A', '/workspaces/shop/web/evil',
  ])('%j leads home', (raw) => expect(safeNext(raw, origin)).toBe('/'))

  test('whatever the link says, the browser stays on this origin and on a page', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.webPath(), fc.array(fc.constantFrom('/', '\\', '.', '..', '\t', '\n', '%2f', '%5c', '@', 'evil.example', 'c', ':', '?', '#')).map((parts) => `/${parts.join('')}`)), (raw) => {
      const next = safeNext(raw, origin)
      const url = new URL(next, origin)
      expect(url.origin).toBe(origin)
      expect(next.startsWith('//')).toBe(false)
      expect(pageOf(url.pathname).name).not.toBe('nowhere')
    }))
  })
})

describe('pageOf', () => {
  test.each([
    ['/', 'home'], ['/runs/', 'runs'], ['/c', 'type-code'], ['/c/k7qf2m9d4xwt', 'ceremony'], ['/runs/run_1', 'run'], ['/nothing', 'nowhere'], ['/c/<b>', 'nowhere'], ['/constructor', 'nowhere'],
    ['/workspaces', 'workspaces'], ['/workspaces/shop%2Fweb', 'workspace'], ['/workspaces/shop%2Fweb/reads', 'workspace'], ['/workspaces/shop%2Fweb/diff/0/1', 'diff'], ['/quarantine', 'quarantine'], ['/state-credentials', 'state-credentials'],
  ])('%s is %s', (path, name) => expect(pageOf(path).name).toBe(name))
})
