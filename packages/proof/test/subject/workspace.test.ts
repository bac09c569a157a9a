/** Names of workspaces whose state is kept here. */
import { expect, test } from 'vitest'
import { isStateWorkspace } from '../../src/index.ts'

test.each([
  'shop/web', 'shop/web/eu/1', 'shop/a b', 'shop/名前', 'shop/straße', 'a.b_c-d/x', `shop/${'x'.repeat(200)}`, `shop/${'名'.repeat(200)}`, 'shop/...', 'shop/%2e',
])('%j is one', (name) => {
  expect(isStateWorkspace(name)).toBe(true)
})

test.each([
  '', 'shop', 'shop/', '/web', 'shop//web', 'shop/web/', 'shop/.', 'shop/..', '../web', './web', 'shop/a/../b', 'shop/a\\b', 'sh op/web', 'strasse\u00df/web', `${'p'.repeat(65)}/web`,
  `shop/${'x'.repeat(201)}`, 'shop/a\u0000', 'shop/a\nb', 'shop/a\u007f', 'shop/\u202eevil', 'shop/a\u200bb', 'shop/a\u00adb', 'shop/a\ufeff', 'shop/\ud800', 'shop/\u2028', 'shop/\ue000',
  'shop/e\u0301', 'shop/\u{e0041}', 'shop/\u{1fffe}', 'shop/a\ufe0f',
])('%j is none', (name) => {
  expect(isStateWorkspace(name)).toBe(false)
})
