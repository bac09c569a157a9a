/**
 * The description of the interface, OpenAPI 3.1, served at /openapi.json and checked in as docs/openapi.json. What each call does and
 * who may make it stands in one table; a route without a row fails the test.
 */
import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import { jsonSchemaTransform } from 'fastify-type-provider-zod'
import { version } from '../version.ts'

type Who = 'anyone' | 'browser' | 'terminal' | 'either'
export const operations: Record<string, readonly [who: Who, summary: string]> = {
  'GET /api/v1/status': ['anyone', 'That there is a server, of which version, and whether it has an owner'],
  'POST /api/v1/setup/begin': ['anyone', 'Set-up, first step: with the one-time token, begin making the first key'],
  'POST /api/v1/setup/create': ['anyone', 'Set-up, second step: the new key; answers the genesis statement to sign'],
  'POST /api/v1/setup/finish': ['anyone', 'Set-up, third step: the genesis statement, signed'],
  'POST /api/v1/session/begin': ['anyone', 'Sign in: a challenge for a passkey or security key'],
  'POST /api/v1/session/finish': ['anyone', 'Sign in: the answer; sets the session cookie'],
  'POST /api/v1/session/password': ['anyone', 'Sign in without a key: name, password and the code of an authenticator app, all three; sets the session cookie'],
  'POST /api/v1/session/recovery': ['anyone', 'Sign in with a recovery code, to add an authenticator and nothing else; sets the session cookie'],
  'GET /api/v1/session': ['browser', 'Who is signed in here, and until when'],
  'DELETE /api/v1/session': ['browser', 'Sign out'],
  'GET /api/v1/sessions': ['browser', 'Where you are signed in'],
  'DELETE /api/v1/sessions/{id}': ['browser', 'End one of your sessions'],
  'GET /api/v1/authenticators': ['browser', 'Your keys, authenticator apps, and what else you can sign in with'],
  'POST /api/v1/authenticators/begin': ['browser', 'Add a key, first step: begin making it'],
  'POST /api/v1/authenticators/create': ['browser', 'Add a key, second step: the new key; answers the statement that both keys sign'],
  'POST /api/v1/authenticators/finish': ['browser', 'Add a key, third step: signed by the new key and by an earlier one'],
  'POST /api/v1/authenticators/{id}/revocation': ['browser', 'Ask to remove a key; it is removed by a countersignature'],
  'GET /api/v1/authenticator-apps': ['either', 'Your authenticator apps: those that count, and those that wait for a key'],
  'POST /api/v1/authenticator-apps/begin': ['either', 'Add an authenticator app, first step: its secret, shown once'],
  'POST /api/v1/authenticator-apps/confirm': ['either', 'Add an authenticator app, second step: two codes in a row; it waits until a key vouches for it'],
  'DELETE /api/v1/authenticator-apps/{id}': ['either', 'Take back an authenticator app of yours that nobody vouched for yet'],
  'POST /api/v1/authenticator-apps/{id}/voucher/begin': ['browser', 'Vouch for an authenticator app, first step: the statement; for somebody else\'s, with the code that they told'],
  'POST /api/v1/authenticator-apps/{id}/voucher/finish': ['browser', 'Vouch for an authenticator app, second step: signed with the key of this session'],
  'POST /api/v1/password/begin': ['browser', 'Set your password, first step: what proves that it is you'],
  'POST /api/v1/password': ['browser', 'Set your password, second step: the password and the proof'],
  'POST /api/v1/recovery-codes/begin': ['browser', 'New recovery codes, first step: what proves that it is you'],
  'POST /api/v1/recovery-codes': ['browser', 'New recovery codes, second step: ten, shown once; the old ones end'],
  'GET /api/v1/interactions/{uid}': ['browser', 'A terminal that asks to be signed in'],
  'POST /api/v1/interactions/{uid}': ['browser', 'Let that terminal in, or not'],
  'GET /api/v1/terminals': ['either', 'Your terminals'],
  'DELETE /api/v1/terminals/{id}': ['either', 'Sign one of your terminals out'],
  'POST /api/v1/devices/lookup': ['browser', 'A terminal without a browser, by the code that it shows'],
  'POST /api/v1/devices/answer': ['browser', 'Let that terminal in, or not; with the code again'],
  'GET /api/v1/me': ['terminal', 'Who this terminal is signed in as'],
  'DELETE /api/v1/token': ['terminal', 'Sign this terminal out'],
  'POST /api/v1/runs': ['terminal', 'Ask to apply a plan; with dryRun, what the policy would ask'],
  'GET /api/v1/runs': ['either', 'Runs, newest first'],
  'GET /api/v1/runs/{id}': ['either', 'One run; with wait and since, as soon as it changes'],
  'GET /api/v1/runs/{id}/plan': ['either', 'The redacted plan, byte for byte as it was hashed'],
  'GET /api/v1/runs/{id}/evidence': ['either', 'The evidence bundle'],
  'POST /api/v1/runs/{id}/apply-start': ['terminal', 'Spend the grant: what was measured again, against what was countersigned'],
  'POST /api/v1/runs/{id}/outcome': ['terminal', 'Report what the apply did'],
  'POST /api/v1/runs/{id}/alive': ['terminal', 'Say that the apply goes on: nobody else starts in this workspace meanwhile'],
  'POST /api/v1/runs/{id}/cancel': ['either', 'Take a run back before it starts'],
  'POST /api/v1/state/requests': ['either', 'Ask for something about a state: a credential, a reading, an import, a rollback, a deletion, and what else there is'],
  'GET /api/v1/state/requests/{id}': ['either', 'Where a request about a state stands; with wait and since, as soon as it changes'],
  'POST /api/v1/state/requests/{id}/redeem': ['either', 'Get what was granted, once: a credential, the state itself; or send the state that is imported'],
  'POST /api/v1/state/requests/{id}/withdraw': ['either', 'Take back what you asked, before it is redeemed or has its effect; answers how it stands then'],
  'GET /api/v1/state/requests/{id}/evidence': ['either', 'The evidence bundle of a request about a state'],
  'GET /api/v1/state/waiting': ['either', 'What you asked of states, and still waits; with wait and since, as soon as it changes'],
  'GET /api/v1/state/workspaces': ['either', 'Workspaces whose state is kept here'],
  'GET /api/v1/state/workspaces/{name}': ['either', 'One of them: what is current, who holds its lock, whether it is frozen'],
  'GET /api/v1/state/workspaces/{name}/versions': ['either', 'Versions of a state, newest first'],
  'GET /api/v1/state/workspaces/{name}/versions/{version}': ['either', 'One version: addresses, and where secrets were found; no values'],
  'GET /api/v1/state/workspaces/{name}/diff': ['either', 'Which addresses differ between two versions'],
  'GET /api/v1/state/workspaces/{name}/reads': ['either', 'Who read the state, from the ledger'],
  'GET /api/v1/state/workspaces/{name}/quarantine': ['either', 'Writes that were set aside, with what they would change'],
  'GET /api/v1/state/credentials': ['either', 'State credentials: yours, and of those whom you look after'],
  'DELETE /api/v1/state/credentials/{id}': ['either', 'End a state credential'],
  'GET /api/v1/ceremonies': ['browser', 'What waits for a countersignature'],
  'GET /api/v1/reports': ['either', 'What people said that they had not asked for'],
  'GET /api/v1/ceremonies/{code}': ['browser', 'One request: the statement, who asked, your part in it'],
  'POST /api/v1/ceremonies/{code}/begin': ['browser', 'The envelope you would sign, and the challenge for your key'],
  'POST /api/v1/ceremonies/{code}/finish': ['browser', 'Your key\'s answer'],
  'POST /api/v1/ceremonies/{code}/deny': ['browser', 'Deny; with report, say that you did not ask for it'],
  'POST /api/v1/invitation/show': ['anyone', 'With the secret of an enrolment link: for whom it is'],
  'POST /api/v1/invitation/begin': ['anyone', 'Enrol, first step: begin making a key'],
  'POST /api/v1/invitation/create': ['anyone', 'Enrol, second step: the new key; answers the statement it signs'],
  'POST /api/v1/invitation/finish': ['anyone', 'Enrol, third step: the statement, signed; the key waits until it is vouched for'],
  'POST /api/v1/invitation/app/begin': ['anyone', 'Enrol without a key, first step: the secret of an authenticator app, shown once'],
  'POST /api/v1/invitation/app/confirm': ['anyone', 'Enrol without a key, second step: two codes in a row and a password; the app waits until it is vouched for'],
  'POST /api/v1/owner-recovery/begin': ['anyone', 'With the link that the host printed: begin making the new key of the one owner'],
  'POST /api/v1/owner-recovery/create': ['anyone', 'Owner recovery, second step: the new key; answers the statement it signs'],
  'POST /api/v1/owner-recovery/finish': ['anyone', 'Owner recovery, third step: signed; the host speaks for it, the old keys end'],
  'GET /api/v1/members': ['either', 'Members, their roles, and what is on its way'],
  'GET /api/v1/members/me': ['either', 'Your own roles, and what is on its way about you'],
  'GET /api/v1/notices': ['either', 'What you were told about yourself'],
  'POST /api/v1/members': ['browser', 'Ask to invite somebody with a role; it takes a countersignature'],
  'POST /api/v1/members/{id}/roles': ['browser', 'Ask to grant or remove a role'],
  'POST /api/v1/members/{id}/link': ['browser', 'A link with which an invited person makes their key, shown once'],
  'POST /api/v1/members/{id}/profile': ['browser', 'Set somebody\'s sign-in name, and where their notices go'],
  'POST /api/v1/members/{id}/removal': ['browser', 'Ask to remove a person'],
  'POST /api/v1/members/{id}/recovery': ['browser', 'Ask to start a recovery, or to veto it'],
  'POST /api/v1/members/{id}/same': ['browser', 'Ask to declare that two identities are one person'],
  'POST /api/v1/pending-keys/{id}/begin': ['browser', 'Vouch, first step: with the code that the person told'],
  'POST /api/v1/pending-keys/{id}/finish': ['browser', 'Vouch, second step: signed; the key counts from here on'],
  'GET /api/v1/policy': ['either', 'The policy in force'],
  'GET /api/v1/policy/chain': ['either', 'Every policy there was, with who countersigned it: what proves the newest'],
  'POST /api/v1/policy/changes': ['either', 'Ask to change the policy; it changes by a countersignature'],
  'GET /api/v1/policy/changes/{id}': ['either', 'Where a change of policy stands'],
  'POST /api/v1/policy/changes/{id}/withdraw': ['either', 'Take back a change of policy that you asked for, before it is countersigned; answers how it stands then'],
  'GET /api/v1/policy/changes/{id}/texts': ['browser', 'Both texts of a change of policy'],
  'GET /api/v1/sites': ['either', 'The addresses of this installation'],
  'POST /api/v1/sites': ['browser', 'Ask to be served at one more address, or at one less'],
  'POST /api/v1/authenticators/move': ['browser', 'A link with which you make a key at the main address, while this installation moves'],
  'POST /api/v1/authenticators/move/{id}/begin': ['browser', 'Vouch for the key that you made there, first step: with its code'],
  'POST /api/v1/authenticators/move/{id}/finish': ['browser', 'Vouch for the key that you made there, second step: signed with a key of the old address'],
  'GET /api/v1/ledger/checkpoint': ['either', 'The newest checkpoint, a signed note'],
  'GET /api/v1/ledger/consistency': ['either', 'The proof that one checkpoint grew out of another'],
  'GET /api/v1/ledger/entries': ['either', 'Leaves with their details'],
  'GET /api/v1/ledger/entries/{index}': ['either', 'One entry, with its proof to a checkpoint'],
  'GET /api/v1/ledger/search': ['either', 'Entries by person, workspace, action, outcome, time and id, newest first, each with its proof'],
  'GET /api/v1/ledger/search/newer': ['either', 'How many that match came after an entry'],
  'GET /api/v1/directory': ['either', 'The directory: a hash chain of who is who'],
  'GET /api/v1/trust': ['either', 'What to pin beforehand, for verify'],
}

const security: Record<Who, Record<string, never[]>[]> = {
  anyone: [],
  browser: [{ session: [] }],
  terminal: [{ dpop: [] }],
  either: [{ session: [] }, { dpop: [] }],
}

const problemResponse = {
  description: 'A refusal, as RFC 9457 describes it; `code` is for programs, `detail` and `next` are for people',
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code', 'next', 'requestId'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string' },
    next: { type: 'string' },
    requestId: { type: 'string', description: 'As in the header X-Request-Id of the answer, and in the server\'s log' },
  },
}

export function nameOf(method: string, url: string): string {
  return `${method} ${url.replaceAll(/:([A-Za-z]+)/g, '{$1}')}`
}

export const openapiOptions: FastifyDynamicSwaggerOptions = {
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'Countersign',
      version,
      description: 'Step-up multi-factor authentication for Infrastructure as Code.',
      license: { name: 'Apache-2.0' },
    },
    components: {
      securitySchemes: {
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'countersign_session',
          description: 'A browser that is signed in. Calls that change something also carry X-Countersign: 1 and come from our own origin.',
        },
        dpop: { type: 'http', scheme: 'DPoP', description: "A terminal that is signed in (RFC 9449), with the server's nonce." },
      },
    },
  },
  transform: (route) => {
    const { schema, url } = jsonSchemaTransform(route)
    const method = [route.route.method].flat()[0] ?? ''
    const [who, summary] = operations[nameOf(method, url)] ?? []
    const described = { ...schema, ...(summary === undefined ? {} : { summary }), ...(who === undefined ? {} : { security: security[who] }) }
    return { url, schema: { ...described, response: { ...(typeof schema?.response === 'object' ? schema.response : {}), default: problemResponse } } }
  },
}
