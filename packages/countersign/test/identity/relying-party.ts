/** An OAuth client that we did not write (openid-client), in front of a real server, and the person whose browser it sends there. */
import * as client from 'openid-client'
import { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import type { StartOptions } from '../../src/server/start.ts'
import { scratchServer, type HandClock } from '../support/scratch-server.ts'

export const redirect = 'http://127.0.0.1:51999/callback'

export async function ownedProvider(options: { programs?: StartOptions['programs']; clock?: HandClock } = {}) {
  const scratch = await scratchServer(options)
  const person = new SoftwarePerson(scratch.url)
  await person.setUp(scratch.server.setupLink ?? '', 'Ada Owner')
  const discover = async (id: string, auth: client.ClientAuth = client.None()) =>
    await client.discovery(new URL('/oidc', scratch.url), id, { id_token_signed_response_alg: 'ES256' }, auth, { execute: [client.allowInsecureRequests] })
  const config = await discover('countersign-cli')
  return { ...scratch, person, config, discover }
}

export type Provider = Awaited<ReturnType<typeof ownedProvider>>

/** A program with a DPoP key of its own. */
export async function openProgram({ config }: Pick<Provider, 'config'>, keys?: CryptoKeyPair) {
  const pair = keys ?? (await client.randomDPoPKeyPair('ES256'))
  const DPoP = client.getDPoPHandle(config, pair)
  return { DPoP, pair, thumbprint: await DPoP.calculateThumbprint() }
}

export type Program = Awaited<ReturnType<typeof openProgram>>

/** The whole authorization code flow, up to the tokens; `page` is what the person does on our page, and answers where to go on. */
export async function authorize(provider: Provider, program: Program, more: Record<string, string> = {}, checks: { maxAge?: number } = {}) {
  const verifier = client.randomPKCECodeVerifier()
  const [state, nonce] = [client.randomState(), client.randomNonce()]
  const link = client.buildAuthorizationUrl(provider.config, {
    redirect_uri: redirect, scope: 'openid countersign', state, nonce, dpop_jkt: program.thumbprint, login_hint: 'ada@laptop',
    code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256', ...more,
  })
  const back = await throughPage(provider.person, link)
  const grant = async (at = back, by = program) => await client.authorizationCodeGrant(provider.config, at, { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, ...checks }, {}, { DPoP: by.DPoP })
  return { back, grant }
}

/** Follows the link to our page, answers it, and follows the way back to the program's redirect. */
export async function throughPage(person: SoftwarePerson, link: URL): Promise<URL> {
  const page = await follow(person, link)
  const uid = page.searchParams.get('uid')
  if (uid === null) return page
  const { redirect: next } = await person.must('POST', `/api/v1/interactions/${uid}`, { decision: 'allow' })
  return await follow(person, new URL(String(next)))
}

export async function follow(person: SoftwarePerson, link: URL): Promise<URL> {
  let at = link
  for (let hops = 0; hops < 8; hops++) {
    if (at.origin !== new URL(person.url).origin || at.pathname === '/sign-in') return at
    const { headers } = await person.call('GET', at.href)
    const next = headers.get('location')
    if (next === null) return at
    at = new URL(next, at)
  }
  throw new Error('too many redirects')
}

/** One call of our interface with the token and the program's key; the nonce is learnt at the first answer. */
export async function callApi(provider: Provider, program: Program, accessToken: string, path = '/api/v1/me', method = 'GET') {
  const once = async () => await client.fetchProtectedResource(provider.config, accessToken, new URL(path, provider.url), method, undefined, undefined, { DPoP: program.DPoP })
  try {
    const response = await once().catch(async (error: unknown) => {
      if (error instanceof client.WWWAuthenticateChallengeError) return await once()
      throw error
    })
    const body = (response.status === 204 ? {} : await response.json()) as Record<string, unknown>
    return { status: response.status, code: response.ok ? 'ok' : String(body['code']), challenge: '', body }
  } catch (error) {
    if (!(error instanceof client.WWWAuthenticateChallengeError)) throw error
    const body = (await error.response.json()) as Record<string, unknown>
    return { status: error.status, code: String(body['code']), challenge: error.response.headers.get('www-authenticate') ?? '', body }
  }
}

/** The OAuth error of a refused request. */
export async function oauthError(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'accepted'
  } catch (error) {
    if (error instanceof client.ResponseBodyError || error instanceof client.AuthorizationResponseError) return error.error
    if (error instanceof client.WWWAuthenticateChallengeError) return `401 ${error.cause[0]?.parameters.error ?? ''}`
    throw error
  }
}
