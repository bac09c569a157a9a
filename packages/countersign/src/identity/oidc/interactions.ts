/**
 * The page on which a signed-in person lets a terminal in: what it asks for, and the answer.
 *
 * The library's signed cookie says that this browser began the request, so a link to somebody else's request leads nowhere. What the
 * terminal says of itself (`user@host`) is shown as a claim; what counts is the thumbprint of its key.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type Provider from 'oidc-provider'
import { IdentityError } from '../errors.ts'
import type { IdentityContext } from '../ports.ts'
import { assertSessionLive, type Session } from '../sessions/sessions.ts'
import { shownClaim } from '../words.ts'
import { oidcLifetimes, terminalScope } from './configuration.ts'
import { saveConsent } from './consent.ts'

export type Http = { request: IncomingMessage; response: ServerResponse }
export type Terminal = { client: string; terminal: { host: string; user: string } | null; thumbprint: string }
type Asked = { uid: string; clientId: string; thumbprint: string; hint: string }
type Decision = { uid: string; decision: 'allow' | 'deny'; session: Session }

export async function showInteraction(provider: Provider, http: Http, uid: string): Promise<Terminal> {
  const asked = await load(provider, http, uid)
  const client = await provider.Client.find(asked.clientId)
  return { client: client?.clientName ?? '', terminal: terminalOf(asked.hint), thumbprint: asked.thumbprint }
}

/** Answers where the browser goes next: back to the library, which goes on to the terminal. */
export async function decideInteraction(provider: Provider, context: IdentityContext, http: Http, given: Decision): Promise<{ redirect: string }> {
  const asked = await load(provider, http, given.uid)
  const result = given.decision === 'allow' ? await allow(provider, context, asked, given.session) : await deny(context, asked, given.session)
  const redirect = await provider.interactionResult(http.request, http.response, result, { mergeWithLastSubmission: false })
  return { redirect }
}

async function allow(provider: Provider, { ports }: IdentityContext, asked: Asked, session: Session) {
  const { store, clock } = ports
  const { id, person, authenticator, authTime } = session
  const grant = new provider.Grant({ accountId: person, clientId: asked.clientId })
  grant.addOIDCScope(terminalScope)
  const grantId = await grant.save()
  await store.write(async (tx) => {
    const now = clock.now()
    await assertSessionLive(tx, id, now)
    const consent = { person, session: id, authenticator, thumbprint: asked.thumbprint, client: clientOf(asked.hint), authTime }
    await saveConsent(tx, grantId, consent, now + (oidcLifetimes.interaction + oidcLifetimes.code) * 1000)
  })
  const login = { accountId: person, ts: Math.floor(authTime / 1000), remember: false, amr: ['user', 'mfa'] }
  return { login, consent: { grantId } }
}

async function deny({ ports }: IdentityContext, asked: Asked, session: Session) {
  await ports.store.write((tx) =>
    ports.ledger.append(tx, {
      type: 'terminal.denied',
      ids: { person: session.person, session: session.id },
      details: { thumbprint: asked.thumbprint, client: clientOf(asked.hint) },
    }))
  return { error: 'access_denied', error_description: 'The person did not let this terminal in.' }
}

async function load(provider: Provider, { request, response }: Http, uid: string): Promise<Asked> {
  const interaction = await provider.interactionDetails(request, response).catch((cause: unknown) => {
    throw gone(cause)
  })
  if (interaction.uid !== uid) throw gone()
  const { client_id: clientId, dpop_jkt: thumbprint, login_hint: hint } = interaction.params
  return { uid, clientId: String(clientId), thumbprint: String(thumbprint), hint: typeof hint === 'string' ? shownClaim(hint) : '' }
}

function terminalOf(hint: string): Terminal['terminal'] {
  const at = hint.lastIndexOf('@')
  return at < 1 ? null : { user: hint.slice(0, at), host: hint.slice(at + 1) }
}

function clientOf(hint: string): string {
  return hint || 'a terminal'
}

function gone(cause?: unknown): IdentityError {
  return new IdentityError(
    'interaction_unknown',
    'This terminal sign-in is not one that this browser began, or it has expired.',
    'Run `countersign login` again and use the page it opens.',
    { cause },
  )
}
