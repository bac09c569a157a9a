/** A page's frame: its title in the tab, and the focus on its heading after a move, so that a screen reader says where one is. */
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

/** A heading of level one that takes the focus when it first appears and, with `key`s, when the state it names does. */
export function Heading({ children }: { children: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus({ preventScroll: true }), [])
  return <h1 ref={heading} tabIndex={-1}>{children}</h1>
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Countersign`
  }, [title])
}

type PageProps = { title: string; heading?: ComponentChildren; lead?: ComponentChildren; aside?: ComponentChildren; width?: 'narrow' | 'wide'; children: ComponentChildren }

export function PageFrame({ title, heading, lead, aside, width, children }: PageProps) {
  useTitle(title)
  return (
    <main id="main" class={width === undefined ? 'page' : `page ${width}`}>
      <div class="page-head">
        <div>
          <Heading>{heading ?? title}</Heading>
          {lead !== undefined && <p class="lead">{lead}</p>}
        </div>
        {aside}
      </div>
      {children}
    </main>
  )
}

export function Loading({ what }: { what: string }) {
  return <p class="skeleton" role="status">Loading {what} ...</p>
}
