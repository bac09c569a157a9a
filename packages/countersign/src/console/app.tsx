/**
 * Which page is shown to whom. Nothing but set-up and sign-in is shown before the server has said who is signed in; a
 * session that ends anywhere leads to signing in and back.
 */
import { useEffect } from 'preact/hooks'
import type { SessionView } from './api/views.ts'
import { CeremonyPage } from './ceremony/page.tsx'
import { TypeCodePage } from './ceremony/code-form.tsx'
import { AddressPage } from './pages/address.tsx'
import { AuditPage } from './pages/audit.tsx'
import { DevicePage } from './pages/device.tsx'
import { HomePage } from './pages/home.tsx'
import { KeysPage } from './pages/keys.tsx'
import { JoinPage } from './pages/join.tsx'
import { NowherePage } from './pages/nowhere.tsx'
import { PeoplePage } from './pages/people.tsx'
import { PolicyPage } from './pages/policy.tsx'
import { RecoverPage } from './pages/recover.tsx'
import { RunPage } from './pages/run.tsx'
import { RunsPage } from './pages/runs.tsx'
import { SessionsPage } from './pages/sessions.tsx'
import { SetupPage } from './pages/setup.tsx'
import { SignInPage } from './pages/sign-in.tsx'
import { Loading } from './parts/page.tsx'
import { ProblemNotice } from './parts/notice.tsx'
import { navigate, pageOf, signInFrom, usePath } from './router.ts'
import type { Page } from './router.ts'
import { refreshSession, useSession } from './session/session.ts'
import { Shell } from './shell.tsx'

export function App() {
  const path = usePath()
  const session = useSession()
  const page = pageOf(path)
  const open = page.name === 'setup' || page.name === 'join' || page.name === 'recover' || page.name === 'sign-in'

  // Moving is activity: the session is asked for again on every page, and on no timer.
  useEffect(() => {
    scrollTo(0, 0)
    if (page.name !== 'setup' && page.name !== 'join' && page.name !== 'recover') void refreshSession()
  }, [path])
  useEffect(() => {
    if (!open && session.state === 'none') navigate(signInFrom(location), 'replace')
  }, [open, session.state, path])

  const signedIn = session.state === 'in' ? session.view : null
  const focused = open || page.name === 'ceremony' || page.name === 'type-code' || page.name === 'device'
  return (
    <Shell page={page} session={open ? null : signedIn} focused={focused}>
      {page.name === 'setup' && <SetupPage />}
      {page.name === 'join' && <JoinPage />}
      {page.name === 'recover' && <RecoverPage />}
      {page.name === 'sign-in' && <SignInPage session={session} />}
      {!open && signedIn !== null && <PageOf page={page} session={signedIn} />}
      {!open && signedIn === null && (
        <main id="main" class="page narrow">
          {session.state === 'failed' ? <ProblemNotice problem={session.problem} again={() => void refreshSession()} /> : <Loading what="Countersign" />}
        </main>
      )}
    </Shell>
  )
}

function PageOf({ page, session }: { page: Page; session: SessionView }) {
  switch (page.name) {
    case 'home':
      return <HomePage session={session} />
    case 'ceremony':
      return <CeremonyPage code={page.code} session={session} />
    case 'type-code':
      return <TypeCodePage />
    case 'runs':
      return <RunsPage />
    case 'run':
      return <RunPage key={page.id} id={page.id} />
    case 'keys':
      return <KeysPage />
    case 'people':
      return <PeoplePage session={session} />
    case 'sessions':
      return <SessionsPage />
    case 'device':
      return <DevicePage person={session.person.name} />
    case 'address':
      return <AddressPage owner={session.person.roles.includes('owner')} />
    case 'policy':
      return <PolicyPage />
    case 'audit':
      return <AuditPage />
    case 'setup':
    case 'join':
    case 'recover':
    case 'sign-in':
    case 'nowhere':
      return <NowherePage />
  }
}
