// Bundles the two entries of the package, so that importing one reads few files. Runs before it is packed, after tsc; `node build.mjs FOLDER` writes elsewhere.
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const here = dirname(fileURLToPath(import.meta.url))

await build({
  entryPoints: { index: join(here, 'src/index.ts'), 'evaluate/index': join(here, 'src/evaluate/index.ts') },
  outdir: resolve(process.argv[2] ?? join(here, 'dist')),
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  packages: 'external',
  format: 'esm',
  platform: 'neutral',
  target: 'es2023',
  sourcemap: true,
  logLevel: 'error',
})
