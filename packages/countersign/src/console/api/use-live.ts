/** Loading something and keeping it as it is now: while somebody looks, the server is asked again every few seconds. What did not change is not drawn again. */
import { useEffect, useMemo } from 'preact/hooks'
import { attentive } from '../session/attention.ts'
import { useResource } from './use-resource.ts'
import type { Resource } from './use-resource.ts'

const ASK_EVERY_MS = 4_000
/** What is large is asked for less often: a list of thousands is not sent every few seconds. Characters. */
const LARGE = 200_000
const LARGE_EVERY_MS = 20_000

export function useLive<T>(load: (signal: AbortSignal) => Promise<T>, key: string): [Resource<T>, () => void] {
  const [resource, again, replace] = useResource(load, key)
  const ready = resource.state === 'ready'
  const known = useMemo(() => (resource.state === 'ready' ? JSON.stringify(resource.value) : ''), [resource])
  useEffect(() => {
    if (!ready) return undefined
    const abort = new AbortController()
    const timer = setInterval(() => {
      if (!attentive()) return
      load(abort.signal).then((next) => {
        if (!abort.signal.aborted && JSON.stringify(next) !== known) replace(next)
      }, () => undefined)
    }, known.length > LARGE ? LARGE_EVERY_MS : ASK_EVERY_MS)
    return () => {
      abort.abort()
      clearInterval(timer)
    }
  }, [key, ready, known])
  return [resource, again]
}
