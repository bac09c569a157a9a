/**
 * The page on which a signed-in person lets a terminal in: what it asks for, and the answer.
 *
 * The library's signed cookie says that this browser began the request, so a link to somebody else's request leads nowhere. What the
 * terminal says of itself (`user@host`) is shown as a claim; what counts is the thumbprint of its key. Where it asks for a certain sign-in
 * (`acr_values`, `max_age`, `prompt=login`), the session is compared with that when the person answers, and not with what anybody says.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type Provider from 'oidc-provider'
import { IdentityError } from '../errors.ts'
import type { IdentityContext } from '../ports.ts'
import { hashSecret } from '../secrets.ts'
import { assertSessionLive, type Session } from '../sessions/sessions.ts'
import { tokenLimits } from '../terminal/tokens.ts'
import { shownClaim } from '../words.ts'
import { acrOf, amrOf, assertProven, type Wanted } from './assurance.ts'
import { bearerScope, terraformClient, terminalScope } from './clients.ts'
import { oidcLifetimes } from './configuration.ts'
import { saveConsent } from './consent.ts'

export type Http = { request: IncomingMessage; response: ServerResponse }
export type Terminal = {
  client: string
  terminal: { host: string; user: string } | null
  /** "" for a bearer token, which works for whoever holds it. */
  thumbprint: string
  /** Resource servers that the tokens are for; none: this server's own interface. */
  resources: string[]
}
type Asked = { uid: string; clientId: string; thumbprint: string; hint: string; resources: string[]; wanted: Wanted }
type Decision = { uid: string; decision: 'allow' | 'deny'; session: Session }

export async function showInteraction(provider: Provider, http: Http, uid: string): Promise<Terminal> {
  const asked = await load(provider, http, uid)
  const client = await provider.Client.find(asked.clientId)
  return { client: client?.clientName ?? '', terminal: terminalOf(asked.hint), thumbprint: asked.thumbprint, resources: asked.resources }
}

/** Answers where the browser goes next: back to the library, which goes on to the terminal. */
export async function decideInteraction(provider: Provider, context: IdentityContext, http: Http, given: Decision): Promise<{ redirect: string }> {
  const asked = await load(provider, http, given.uid)
  if (given.decision === 'allow') assertProven({ acr: acrOf(given.session), authTime: given.session.authTime }, await wantedOf(context, asked), context.ports.clock.now())
  const result = given.decision === 'allow' ? await allow(provider, context, asked, given.session) : await deny(context, asked, given.session)
  const redirect = await provider.interactionResult(http.request, http.response, result, { mergeWithLastSubmission: false })
  return { redirect }
}

async function allow(provider: Provider, { ports }: IdentityContext, asked: Asked, session: Session) {
  const { store, clock } = ports
  const { id, person, authenticator, authTime } = session
  const [acr, amr] = [acrOf(session), amrOf(session)]
  const scope = asked.clientId === terraformClient ? bearerScope : terminalScope
  const grant = new provider.Grant({ accountId: person, clientId: asked.clientId })
  grant.addOIDCScope(asked.clientId === terraformClient ? scope : `openid ${scope}`)
  for (const resource of asked.resources) grant.addResourceScope(resource, scope)
  const grantId = await grant.save()
  await store.write(async (tx) => {
    const now = clock.now()
    await assertSessionLive(tx, id, now)
    const consent = { person, session: id, authenticator, clientId: asked.clientId, thumbprint: asked.thumbprint, client: clientOf(asked), authTime, acr, amr, by: 'redirect' as const }
    await saveConsent(tx, grantId, consent, now + tokenLimits.family)
  })
  const login = { accountId: person, ts: Math.floor(authTime / 1000), remember: false, acr, amr }
  return { login, consent: { grantId } }
}

/** `prompt=login` (which `max_age=0` becomes): a sign-in made after the request. The time is that of our own record of the request. */
async function wantedOf({ ports }: IdentityContext, { uid, wanted }: Asked): Promise<Wanted> {
  if (wanted.since === undefined) return wanted
  const row = await ports.store.read((db) =>
    db.selectFrom('oidc_record').select('expires_at').where('model', '=', 'Interaction').where('id_hash', '=', hashSecret(uid)).executeTakeFirst())
  if (!row) throw gone()
  return { ...wanted, since: row.expires_at - oidcLifetimes.interaction * 1000 }
}

async function deny({ ports }: IdentityContext, asked: Asked, session: Session) {
  await ports.store.write((tx) =>
    ports.ledger.append(tx, {
      type: 'terminal.denied',
      ids: { person: session.person, session: session.id },
      details: { thumbprint: asked.thumbprint, client: clientOf(asked) },
    }))
  return { error: 'access_denied', error_description: 'The person did not let this terminal in.' }
}

async function load(provider: Provider, { request, response }: Http, uid: string): Promise<Asked> {
  const interaction = await provider.interactionDetails(request, response).catch((cause: unknown) => {
    throw gone(cause)
  })
  if (interaction.uid !== uid) throw gone()
  const { client_id: clientId, dpop_jkt: thumbprint, login_hint: hint, resource, acr_values: acr, max_age: maxAge, prompt } = interaction.params
  const words = (value: unknown): string[] => (typeof value === 'string' ? value.split(' ').filter((word) => word !== '') : [])
  return {
    uid, clientId: String(clientId), thumbprint: typeof thumbprint === 'string' ? thumbprint : '', hint: typeof hint === 'string' ? shownClaim(hint) : '',
    resources: [resource].flat().filter((one) => typeof one === 'string'),
    wanted: {
      acrValues: words(acr),
      // A text or a number: the library keeps what was sent.
      maxAgeSeconds: maxAge === undefined ? undefined : Number(maxAge),
      since: words(prompt).includes('login') ? 0 : undefined,
    },
  }
}

function terminalOf(hint: string): Terminal['terminal'] {
  const at = hint.lastIndexOf('@')
  return at < 1 ? null : { user: hint.slice(0, at), host: hint.slice(at + 1) }
}

function clientOf({ hint, clientId }: Asked): string {
  return hint || (clientId === terraformClient ? 'Terraform' : 'a terminal')
}

function gone(cause?: unknown): IdentityError {
  return new IdentityError(
    'interaction_unknown',
    'This terminal sign-in is not one that this browser began, or it has expired.',
    'Run `countersign login` again and use the page it opens.',
    { cause },
  )
}
