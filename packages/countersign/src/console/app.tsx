/**
 * Which page is shown to whom. Nothing but set-up and sign-in is shown before the server has said who is signed in; a
 * session that ends anywhere leads to signing in and back.
 */
import { useEffect } from 'preact/hooks'
import { TypeCodePage } from './ceremony/code-form.tsx'
import type { SessionView } from './api/views.ts'
import { HomePage } from './pages/home.tsx'
import { NowherePage } from './pages/nowhere.tsx'
import { SignInPage } from './pages/sign-in.tsx'
import { lazily } from './parts/lazily.tsx'
import { Loading } from './parts/page.tsx'
import { ProblemNotice } from './parts/notice.tsx'
import { navigate, pageOf, signInFrom, usePath } from './router.ts'
import type { Page } from './router.ts'
import { refreshSession, useSession } from './session/session.ts'
import { Shell } from './shell.tsx'

// What is loaded first is the frame, signing in and home; each other page comes when somebody goes there.
const AddressPage = lazily(async () => (await import('./pages/address.tsx')).AddressPage)
const AuditPage = lazily(async () => (await import('./pages/audit/log.tsx')).AuditPage)
const CeremonyPage = lazily(async () => (await import('./ceremony/page.tsx')).CeremonyPage)
const CredentialsPage = lazily(async () => (await import('./pages/states/index.ts')).CredentialsPage)
const DevicePage = lazily(async () => (await import('./pages/device.tsx')).DevicePage)
const DiffPage = lazily(async () => (await import('./pages/states/index.ts')).DiffPage)
const JoinPage = lazily(async () => (await import('./pages/join.tsx')).JoinPage)
const KeysPage = lazily(async () => (await import('./pages/keys.tsx')).KeysPage)
const PeoplePage = lazily(async () => (await import('./pages/people.tsx')).PeoplePage)
const PolicyPage = lazily(async () => (await import('./pages/policy.tsx')).PolicyPage)
const QuarantinePage = lazily(async () => (await import('./pages/states/index.ts')).QuarantinePage)
const RecoverPage = lazily(async () => (await import('./pages/recover.tsx')).RecoverPage)
const RunPage = lazily(async () => (await import('./pages/run.tsx')).RunPage)
const RunsPage = lazily(async () => (await import('./pages/runs.tsx')).RunsPage)
const SessionsPage = lazily(async () => (await import('./pages/sessions.tsx')).SessionsPage)
const SetupPage = lazily(async () => (await import('./pages/setup.tsx')).SetupPage)
const StatesPage = lazily(async () => (await import('./pages/states/index.ts')).StatesPage)
const WorkspacePage = lazily(async () => (await import('./pages/states/index.ts')).WorkspacePage)

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
    case 'workspaces':
      return <StatesPage />
    case 'workspace':
      return <WorkspacePage key={page.workspace} workspace={page.workspace} session={session} part={page.part} />
    case 'diff':
      return <DiffPage key={page.workspace} workspace={page.workspace} session={session} from={page.from} to={page.to} />
    case 'quarantine':
      return <QuarantinePage session={session} />
    case 'state-credentials':
      return <CredentialsPage session={session} />
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
