/** The frame around every page: skip link, bar, navigation, who is signed in and for how long. */
import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { SessionView } from './api/views.ts'
import { Icon, Mark } from './parts/icon.tsx'
import type { IconName } from './parts/icon.tsx'
import { Link } from './parts/link.tsx'
import { Text } from './parts/text.tsx'
import { useNow } from './parts/time.tsx'
import type { Page } from './router.ts'
import { refreshSession, signOut } from './session/session.ts'
import { useStateWaiting } from './session/waiting.ts'

const tabs: { to: string; word: string; icon: IconName; pages: Page['name'][] }[] = [
  { to: '/', word: 'Home', icon: 'home', pages: ['home'] },
  { to: '/runs', word: 'Runs', icon: 'list', pages: ['runs', 'run'] },
  { to: '/workspaces', word: 'States', icon: 'disks', pages: ['workspaces', 'workspace', 'diff', 'quarantine', 'state-credentials'] },
  { to: '/keys', word: 'Keys', icon: 'key', pages: ['keys', 'sessions'] },
]
/** A phone has room for five: these open behind "More" there, and stand beside the others elsewhere. */
const furtherTabs: typeof tabs = [
  { to: '/people', word: 'People', icon: 'people', pages: ['people'] },
  { to: '/policy', word: 'Policy', icon: 'scroll', pages: ['policy', 'address'] },
  { to: '/audit', word: 'Audit log', icon: 'chain', pages: ['audit'] },
]

type ShellProps = { page: Page; session: SessionView | null; focused: boolean; children: ComponentChildren }

export function Shell({ page, session, focused, children }: ShellProps) {
  return (
    <>
      <a class="skip" href="#main" onClick={skip}>Skip to the content</a>
      <header class={focused ? 'bar focused' : 'bar'}>
        <Link to="/" class="brand" label="Countersign, home"><Mark /><span>Countersign</span></Link>
        {session !== null && !focused && (
          <nav class="tabs" aria-label="Pages">
            {tabs.map((tab) => <Tab key={tab.to} tab={tab} page={page} />)}
            <Further page={page} />
          </nav>
        )}
        {session !== null && <SignedIn session={session} />}
      </header>
      {session?.demonstration === true && <p class="demo-strip"><b>Demonstration.</b> Software keys are trusted here: nothing signed on this server counts anywhere else.</p>}
      {session !== null && !focused && <WaitStrip home={page.name === 'home'} />}
      {children}
    </>
  )
}

function Tab({ tab, page }: { tab: (typeof tabs)[number]; page: Page }) {
  return <Link to={tab.to} class="tab" current={tab.pages.includes(page.name)}><Icon name={tab.icon} /><span>{tab.word}</span></Link>
}

function Further({ page }: { page: Page }) {
  const [open, setOpen] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const inside = furtherTabs.some((tab) => tab.pages.includes(page.name))
  useEffect(() => setOpen(false), [page.name])
  useEffect(() => {
    if (!open) return undefined
    const close = (event: Event): void => {
      if (event instanceof KeyboardEvent) {
        if (event.key !== 'Escape') return
        button.current?.focus()
      } else if (event.target instanceof Element && event.target.closest('.further-tabs, .more-tab') !== null) return
      setOpen(false)
    }
    addEventListener('keydown', close)
    addEventListener('pointerdown', close)
    return () => {
      removeEventListener('keydown', close)
      removeEventListener('pointerdown', close)
    }
  }, [open])
  return (
    <>
      <button ref={button} type="button" class={inside ? 'tab more-tab inside' : 'tab more-tab'} aria-expanded={open} aria-controls="further-tabs" onClick={() => setOpen(!open)}><Icon name="more" /><span>More</span></button>
      <span id="further-tabs" class={open ? 'further-tabs open' : 'further-tabs'}>{furtherTabs.map((tab) => <Tab key={tab.to} tab={tab} page={page} />)}</span>
    </>
  )
}

/** Terraform is silent while it waits: whatever page is open says so. Home lists it anyway. */
function WaitStrip({ home }: { home: boolean }) {
  const waiting = useStateWaiting().filter(({ status }) => status === 'waiting')
  const [first] = waiting
  if (home || first === undefined) return null
  return (
    <p class="wait-strip" role="status">
      <Icon name="clock" size={16} />
      {waiting.length === 1 ? <span>Waiting for you in <b><Text of={first.workspace} /></b></span> : <span><b>{waiting.length}</b> requests wait for you</span>}
      <Link to={waiting.length === 1 ? `/c/${first.code}` : '/'}>Look at {waiting.length === 1 ? 'it' : 'them'}</Link>
    </p>
  )
}

/** The fragment is set-up's: skipping must not write one. */
function skip(event: MouseEvent): void {
  event.preventDefault()
  const heading = document.querySelector<HTMLElement>('#main h1') ?? document.getElementById('main')
  heading?.focus()
  heading?.scrollIntoView()
}

const SOON_MINUTES = 2

function SignedIn({ session }: { session: SessionView }) {
  const now = useNow(10_000)
  const ends = Math.min(Date.parse(session.session.idleExpiresAt), Date.parse(session.session.expiresAt))
  const minutes = Math.max(0, Math.ceil((ends - now) / 60_000 - 0.05))
  const soon = minutes <= SOON_MINUTES
  // A second later than the end: asking before it would be what keeps it open.
  const over = now > ends + 1_000
  useEffect(() => {
    if (over) void refreshSession()
  }, [over])
  return (
    <div class="person">
      <span class="person-name"><Text of={session.person.name} /></span>
      {soon ? (
        <button type="button" class="link-button" onClick={() => void refreshSession()}>{minutes} min left: stay</button>
      ) : (
        <span class="time-left" title="The session ends when nothing is done for a while">{minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`} left</span>
      )}
      <button type="button" class="link-button calm" onClick={() => void signOut()}>Sign out</button>
    </div>
  )
}
