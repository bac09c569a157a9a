/**
 * Asking for something about a state: it leads to its ceremony. What was asked last in each workspace is remembered while the page is
 * open, so that its result is shown to who comes back.
 */
import { call } from '../../api/call.ts'
import { Problem } from '../../api/problem.ts'
import type { StateRequestView } from '../../api/state-views.ts'
import type { SessionView } from '../../api/views.ts'
import { navigate } from '../../router.ts'
import { useAsk } from '../ask-change.ts'

const asked = new Map<string, string>()

export const askedLast = (workspace: string): string | null => asked.get(workspace) ?? null
/** Unless something else was asked since. */
export function forgetAsked(workspace: string, request: string): void {
  if (asked.get(workspace) === request) asked.delete(workspace)
}

export type Wish = { action: string; workspace: string; version?: number; whole?: boolean; purpose?: string }

/** @throws Problem where it is refused or the policy denies it */
export async function request(wish: Wish): Promise<StateRequestView> {
  const view = await call<StateRequestView>('POST', '/api/v1/state/requests', wish)
  if (view.status !== 'denied') return view
  const [reason] = view.reasons
  throw new Problem({ code: reason?.code ?? 'denied', status: 403, detail: reason?.message ?? 'The policy denies this.', next: reason?.next ?? 'Ask an owner of this installation what the policy allows.' })
}

export function toCeremony(view: StateRequestView): void {
  asked.set(view.workspace, view.id)
  navigate(`/c/${view.code}`)
}

export function useStateAsk() {
  const { busy, problem, attempt } = useAsk()
  return { busy, problem, attempt, ask: (wish: Wish): void => attempt(async () => toCeremony(await request(wish))) }
}

/** Whether to offer what the server would let this person ask for; it decides again. Roles are `operator` or `operator@scope`. */
export function mayChange(session: { person: Pick<SessionView['person'], 'roles'> }, workspace: string): boolean {
  return session.person.roles.some((one) => {
    const [role = '', scope = ''] = one.split('@')
    return (role === 'owner' || role === 'operator') && (scope === '' || workspace === scope || workspace.startsWith(`${scope}/`))
  })
}
