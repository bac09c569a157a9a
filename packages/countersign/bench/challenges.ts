/**
 * Challenges to be consumed, by the thousand: one is asked, opened and begun as a terminal and a browser do it, and its rows are copied
 * under other names. What consumes them is the gate's own transaction, with everything that it checks and writes; only the assertion's
 * verification, which comes before it, is left out.
 */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Selectable } from 'kysely'
import { digestInForce } from '../src/doors/admin/policy-pin.ts'
import { signInTerminal } from '../src/demonstration/raw-terminal.ts'
import type { Actor } from '../src/identity/actor.ts'
import { SoftwarePerson } from '../src/demonstration/software-person.ts'
import type { Authorized } from '../src/gate/index.ts'
import { consume } from '../src/gate/countersign.ts'
import type { GateDeps } from '../src/gate/index.ts'
import type { Proven } from '../src/gate/prove.ts'
import { sealedTables } from '../src/gate/sealed-tables.ts'
import type { GateCeremonyTable, GateChallengeTable } from '../src/gate/tables.ts'
import { createLog } from '../src/platform/log.ts'
import { startServer, type RunningServer } from '../src/server/start.ts'
import { ask, runBody } from '../test/support/sample-run.ts'
import { recruit } from '../test/support/team.ts'
import { freePort } from './place.ts'

export type Place = { server: RunningServer; deps: GateDeps; close(): Promise<void> }

/** A server in this process; `databaseUrl` "" is SQLite in the folder. */
export async function openPlace(folder: string, databaseUrl = '', url = ''): Promise<Place> {
  const port = await freePort()
  const server = await startServer({ dataDir: join(folder, 'data'), databaseUrl, addresses: [{ host: '127.0.0.1', port }], url: url || `http://localhost:${port}`, demonstration: true, log: createLog('silent') })
  const { base, place, identity, pin, notices } = server.parts
  const terminals = { disown: (): Promise<never> => Promise.reject(new Error('nobody is disowned here')) }
  return {
    server,
    deps: { ...base, place, keys: identity.keys, codes: identity.codes, people: identity.people, sessions: identity.sessions, terminals, notices, policy: () => pin.current(), policyInForce: digestInForce },
    close: () => server.close(),
  }
}

/** What stands in the database for one challenge that was asked and begun, and who may answer it. */
export type Model = { challenge: string; ceremony: string; by: Authorized<'challenge.answer'>; envelope: string; credential: string; publicKey: string; alg: number; rpId: string }

/** The owner and others, each with a key, a session, and a challenge of their own. */
export async function begin({ server }: Place, people: number): Promise<Model[]> {
  const owner = new SoftwarePerson(server.url)
  await owner.setUp(server.setupLink ?? '', 'Bench')
  const everybody = [owner]
  for (let at = 1; at < people; at++) everybody.push((await recruit(owner, `Person ${at}`, 'operator')).person)
  const models: Model[] = []
  for (const person of everybody) models.push(await modelOf(server, person))
  return models
}

async function modelOf(server: RunningServer, person: SoftwarePerson): Promise<Model> {
  const terminal = await signInTerminal(server.url, (link) => person.allowTerminal(link))
  const { code } = await ask(terminal, runBody())
  const { ceremony } = await person.begin(code)
  const { base, gate } = server.parts
  const admitted = gate.useCase('answer in a bench', 'challenge.answer', async (by) => by)
  const { row, key } = await base.store.read(async (db) => {
    const row = await db.selectFrom('gate_ceremony').selectAll().where('id', '=', String(ceremony)).executeTakeFirstOrThrow()
    const [key] = await server.parts.identity.keys.usableBy(db, row.person)
    if (!key) throw new Error('the person has no key')
    return { row, key }
  })
  const actor: Actor = { kind: 'person', id: row.person, name: 'Bench', roles: ['operator'], via: 'browser', session: row.session, executor: '', source: { address: '127.0.0.1', client: 'bench' }, authTime: row.created_at }
  const by = await admitted.run(actor, {})
  return { challenge: row.challenge, ceremony: row.id, by, envelope: row.envelope, credential: key.credential.id, publicKey: key.credential.publicKey, alg: key.credential.alg, rpId: key.rpId }
}

/** Crockford's letters, as codes are written. */
const codeOf = (at: number): string => at.toString(8).padStart(12, '0')
const named = (at: number): string => at.toString(16).padStart(32, '0')
const digestOf = (at: number): string => createHash('sha256').update(`challenge ${at}`).digest('hex')

/** Copies, numbered `from` to before `until`, of one model after another. They do not expire while a bench lasts. */
export async function copy({ deps: { store, rowMacs } }: Place, models: readonly Model[], from: number, until: number): Promise<void> {
  const rows = new Map<string, { challenge: Selectable<GateChallengeTable>; ceremony: Selectable<GateCeremonyTable> }>()
  for (const model of models) {
    rows.set(model.challenge, await store.read(async (db) => ({
      challenge: await db.selectFrom('gate_challenge').selectAll().where('id', '=', model.challenge).executeTakeFirstOrThrow(),
      ceremony: await db.selectFrom('gate_ceremony').selectAll().where('id', '=', model.ceremony).executeTakeFirstOrThrow(),
    })))
  }
  await store.write((tx) => tx.updateTable('authenticator').set({ sign_count: 0 }).execute())
  const late = Date.now() + 3_600_000
  for (let at = from; at < until; at += 500) {
    const made = Array.from({ length: Math.min(500, until - at) }, (_, more) => ({ n: at + more, row: rows.get(of(models, at + more).challenge) })).flatMap(({ n, row }) => (row ? [{ n, ...row }] : []))
    await store.write(async (tx) => {
      await tx.insertInto('gate_challenge').values(made.map(({ n, challenge }) =>
        rowMacs.seal(sealedTables.challenge, { ...challenge, id: `chl_${named(n)}`, code: codeOf(n), subject_digest: digestOf(n), ref: `run_${named(n)}`, expires_at: late }))).execute()
      await tx.insertInto('gate_ceremony').values(made.map(({ n, ceremony }) =>
        rowMacs.seal(sealedTables.ceremony, { ...ceremony, id: `cer_${named(n)}`, challenge: `chl_${named(n)}`, expires_at: late }))).execute()
    })
  }
}

const of = (models: readonly Model[], at: number): Model => {
  const model = models[at % models.length]
  if (!model) throw new Error('there is no model')
  return model
}

/** One transaction: the challenge is consumed, the countersignature stored, the grant opened, two leaves appended. */
async function consumeOne({ deps }: Place, model: Model, at: number): Promise<void> {
  const response = { authenticatorData: AUTHENTICATOR_DATA, clientDataJSON: CLIENT_DATA, signature: Buffer.from(digestOf(at), 'hex').toString('base64url') }
  const countersignature = { type: 'webauthn' as const, envelope: model.envelope, credential: model.credential, ...response }
  const proven: Proven = { countersignature, subjectDigest: digestOf(at), publicKey: model.publicKey, alg: model.alg, rpId: model.rpId }
  await consume(deps, {}, model.by, { code: codeOf(at), ceremony: `cer_${named(at)}`, assertion: { id: model.credential, response } }, { proven })
}

/** The hash of the rpId, flags, and no counter: as keys that are synced send it, so that the order of answers does not matter. */
const AUTHENTICATOR_DATA = Buffer.concat([Buffer.alloc(33, 1), Buffer.alloc(4)]).toString('base64url')
const CLIENT_DATA = Buffer.alloc(180, 'x').toString('base64url')

/** Consumes from `from` to before `until`, so many under way at once; how many in a second. */
export async function consumeAll(place: Place, models: readonly Model[], range: { from: number; until: number; atOnce: number }): Promise<number> {
  let next = range.from
  const client = async (): Promise<void> => {
    while (next < range.until) {
      const at = next++
      await consumeOne(place, of(models, at), at)
    }
  }
  const started = performance.now()
  await Promise.all(Array.from({ length: range.atOnce }, client))
  return ((range.until - range.from) * 1000) / (performance.now() - started)
}
