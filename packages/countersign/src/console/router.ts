/**
 * Which page a path names, and moving between pages without loading the document again.
 *
 * Guarantees: only the paths listed here are pages, and `safeNext` never lets a link send a person who has just
 * signed in anywhere but to one of them. It does not decide who may see a page: the server does.
 */
import { isStateWorkspace } from '@countersign/proof'
import { useEffect, useState } from 'preact/hooks'

type FixedName =
  | 'home' | 'setup' | 'sign-in' | 'type-code' | 'runs' | 'workspaces' | 'quarantine' | 'state-credentials' | 'keys' | 'people' | 'join' | 'recover' | 'sessions' | 'address' | 'device' | 'policy' | 'audit'

export type WorkspacePart = 'state' | 'reads' | 'secrets' | 'quarantine'

export type Page =
  | { name: FixedName | 'nowhere' }
  | { name: 'ceremony'; code: string }
  | { name: 'run'; id: string }
  | { name: 'workspace'; workspace: string; part: WorkspacePart }
  | { name: 'diff'; workspace: string; from: number; to: number }

const FIXED: Record<string, FixedName> = {
  '/': 'home',
  '/setup': 'setup',
  '/sign-in': 'sign-in',
  '/c': 'type-code',
  '/runs': 'runs',
  '/workspaces': 'workspaces',
  '/quarantine': 'quarantine',
  '/state-credentials': 'state-credentials',
  '/keys': 'keys',
  '/people': 'people',
  '/join': 'join',
  '/recover': 'recover',
  '/sessions': 'sessions',
  '/address': 'address',
  '/device': 'device',
  '/policy': 'policy',
  '/audit': 'audit',
}

export function pageOf(pathname: string): Page {
  const path = pathname.length > 1 ? pathname.replace(/\/$/u, '') : pathname
  const fixed = Object.hasOwn(FIXED, path) ? FIXED[path] : undefined
  if (fixed !== undefined) return { name: fixed }
  const code = /^\/c\/([0-9A-Za-z-]{1,32})$/u.exec(path)?.[1]
  if (code !== undefined) return { name: 'ceremony', code }
  const id = /^\/runs\/([0-9A-Za-z_]{1,64})$/u.exec(path)?.[1]
  if (id !== undefined) return { name: 'run', id }
  return workspacePage(path) ?? { name: 'nowhere' }
}

/** The slashes of a workspace's name are percent-encoded: one part of the path is one name. */
export const workspacePath = (name: string): string => `/workspaces/${encodeURIComponent(name)}`

function workspacePage(path: string): Page | null {
  const [, encoded = '', part = 'state'] = /^\/workspaces\/([^/]{1,4000})(?:\/(.+))?$/u.exec(path) ?? []
  const workspace = decoded(encoded)
  if (!isStateWorkspace(workspace)) return null
  if (part === 'state' || part === 'reads' || part === 'secrets' || part === 'quarantine') return { name: 'workspace', workspace, part }
  const [, from, to] = /^diff\/(\d{1,9})\/(\d{1,9})$/u.exec(part) ?? []
  return from === undefined || to === undefined ? null : { name: 'diff', workspace, from: Number(from), to: Number(to) }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return ''
  }
}

/**
 * Where to go after signing in. The value comes from a link that an attacker may have written, so it must name one of
 * our own pages after the browser's own parsing: `//host`, `/\host`, `/<tab>/host` and `/.//host` all leave the origin
 * in one browser or another.
 */
export function safeNext(raw: string | null, origin: string): string {
  if (raw === null || !raw.startsWith('/')) return '/'
  let url: URL
  try {
    url = new URL(raw, origin)
  } catch {
    return '/'
  }
  if (url.origin !== origin || url.pathname.startsWith('//')) return '/'
  const page = pageOf(url.pathname)
  if (page.name === 'nowhere' || page.name === 'setup' || page.name === 'join' || page.name === 'recover' || page.name === 'sign-in') return '/'
  return url.pathname + url.search
}

const listeners = new Set<() => void>()

export function navigate(to: string, how: 'push' | 'replace' = 'push'): void {
  if (how === 'push') history.pushState(null, '', to)
  else history.replaceState(null, '', to)
  for (const listener of listeners) listener()
}

/** The current path; the component renders again when it changes. */
export const usePath = (): string => useLocation('pathname')

/** What stands after the question mark; the component renders again when it changes. */
export const useQuery = (): string => useLocation('search')

function useLocation(part: 'pathname' | 'search'): string {
  const [now, setNow] = useState(location[part])
  useEffect(() => {
    const changed = (): void => setNow(location[part])
    changed()
    listeners.add(changed)
    addEventListener('popstate', changed)
    return () => {
      listeners.delete(changed)
      removeEventListener('popstate', changed)
    }
  }, [part])
  return now
}

/** `/sign-in?next=...` for the page the person is on now. */
export function signInFrom(here: { pathname: string; search: string }): string {
  const next = safeNext(here.pathname + here.search, location.origin)
  return next === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(next)}`
}
