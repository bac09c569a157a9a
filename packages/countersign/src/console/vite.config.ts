/**
 * Builds the console into packages/countersign/dist/console.
 *
 * Guarantees: no inline script or style (the server's policy forbids both), every asset a file of our own under
 * /assets with its digest in the name. The `source` condition takes @countersign/proof from its sources, `browser`
 * gives it WebCrypto.
 */
import { defineConfig } from 'vite'

export default defineConfig({
  root: import.meta.dirname,
  resolve: { conditions: ['browser', 'source', 'module', 'import', 'default'] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../../dist/console',
    emptyOutDir: true,
    target: ['chrome111', 'firefox114', 'safari16.4'],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    reportCompressedSize: false,
  },
})
