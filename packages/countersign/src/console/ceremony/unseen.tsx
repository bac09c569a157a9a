/**
 * How many of the critical changes have not been on the screen yet, beside the button, with a way to the next one. It
 * stops nobody: it makes sure that nothing critical is merely below the fold.
 */
import { useEffect, useRef, useState } from 'preact/hooks'
import { Icon } from '../parts/icon.tsx'

export function Unseen() {
  const [left, setLeft] = useState(0)
  const waiting = useRef<Set<Element>>(new Set())

  useEffect(() => {
    const items = waiting.current
    for (const item of document.querySelectorAll('[data-critical]')) items.add(item)
    setLeft(items.size)
    const observer = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue
        items.delete(entry.target)
        observer.unobserve(entry.target)
      }
      setLeft(items.size)
    }, { rootMargin: '0px 0px -140px 0px', threshold: 0 })
    for (const item of items) observer.observe(item)
    return () => observer.disconnect()
  }, [])

  if (left === 0) return null
  const next = (): void => {
    const [first] = waiting.current
    first?.scrollIntoView({ block: 'center', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' })
  }
  return (
    <button type="button" class="unseen" onClick={next}>
      <Icon name="down" size={16} />
      <span>{left.toLocaleString('en')} critical not seen yet</span>
    </button>
  )
}
