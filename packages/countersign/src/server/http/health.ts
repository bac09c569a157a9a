/**
 * /healthz: this process answers. /readyz: it can do its work now.
 *
 * Anybody may ask, at any address and under any host's name, as balancers do. So what is answered is the same for all, says only which
 * part fails and never why, and costs next to nothing: readiness is looked into once in some seconds, whoever asks how often
 * (readiness.ts). They stand before the app, so that they are answered while it ends.
 */
import type { Readiness } from '../readiness.ts'
import { answerPlain, json, pathOf, type Plain, type PlainDoor } from './answer.ts'

export function healthDoor(readiness: Readiness): PlainDoor {
  const doors: Readonly<Record<string, () => Promise<Plain>>> = {
    '/healthz': async () => json(200, { status: 'alive' }),
    '/readyz': async () => {
      const { ready, draining, checks } = await readiness.look()
      return json(ready ? 200 : 503, { status: ready ? 'ready' : draining ? 'draining' : 'not ready', checks }, ready ? {} : { 'Retry-After': '5' })
    },
  }
  return (request, response) => {
    const door = doors[pathOf(request)]
    if (door === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) return false
    answerPlain(request, response, door())
    return true
  }
}
