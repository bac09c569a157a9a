/**
 * Pages that are fetched when somebody first goes to one: what is loaded first stays small. They come from this server like everything
 * else; one that is not there any more means that the server was updated, and loading the document again brings the new ones.
 */
import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { Button } from './button.tsx'
import { Notice } from './notice.tsx'
import { Loading } from './page.tsx'

export function lazily<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let known: ComponentType<P> | null = null
  return function Lazy(props: P) {
    const [, loaded] = useState(known !== null)
    const [failed, setFailed] = useState(false)
    useEffect(() => {
      if (known !== null) return
      load().then((component) => {
        known = component
        loaded(true)
      }, () => setFailed(true))
    }, [])
    if (known !== null) {
      const Known = known
      return <Known {...props} />
    }
    return <main id="main" class="page">{failed ? <NotFetched /> : <Loading what="the page" />}</main>
  }
}

function NotFetched() {
  return (
    <Notice tone="red" alert title="This page could not be fetched.">
      <p>The server does not answer, or it was updated since this page was opened.</p>
      <div class="actions"><Button look="plain" onPress={() => location.reload()}>Load it again</Button></div>
    </Notice>
  )
}
