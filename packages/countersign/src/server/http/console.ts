/**
 * The console's files: a single page application. Unknown paths below its pages answer the same page; everything else is not
 * found. Assets carry a digest in their names and are kept by the browser; the page itself is asked for every time.
 */
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const pages = ['/', '/setup', '/sign-in', '/c', '/c/:code', '/runs', '/runs/:id', '/workspaces', '/workspaces/*', '/quarantine', '/state-credentials', '/keys', '/people', '/join', '/recover', '/sessions', '/address', '/device', '/policy', '/audit']

export async function addConsole(app: FastifyInstance, folder: string): Promise<void> {
  const index = join(folder, 'index.html')
  const page = existsSync(index) ? readFileSync(index) : Buffer.from('<!doctype html><title>Countersign</title><p>The console is not built: run npm run build.')
  for (const path of pages)
    app.get(path, { schema: { hide: true } }, async (_, reply) =>
      reply.type('text/html; charset=utf-8').header('Cache-Control', 'no-cache').send(page),
    )
  if (!existsSync(folder)) return
  await app.register(fastifyStatic, {
    root: folder, index: false, wildcard: false, decorateReply: false, dotfiles: 'ignore',
    setHeaders: (reply, path) => void reply.header('Cache-Control', path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'),
  })
}
