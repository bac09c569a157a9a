/** Terraform over the wire, with one credential and one lock: what wire-routes.ts does with each of its methods. */
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { authenticate, type Caller } from '../../../src/doors/state/authenticate.ts'
import { StateError } from '../../../src/doors/state/errors.ts'
import { lockDigest, readLockInfo } from '../../../src/doors/state/lock-info.ts'
import { receive } from '../../../src/doors/state/receive.ts'
import { admitWrite } from '../../../src/doors/state/write.ts'
import type { Client } from '../client.ts'
import type { Credential } from '../installation.ts'
import type { Play } from '../play.ts'
import type { Server } from '../servers.ts'

const source = { address: '127.0.0.1', client: 'terraform' }
const stays = (): AbortSignal => new AbortController().signal

/** As wire-routes.ts: who has no credential that is good for this does not come further. */
async function callerOf(server: Server, { id, password }: Credential, beyond: boolean): Promise<Caller> {
  const found = await authenticate(server.state, { username: id, password }, source)
  if (!('actor' in found)) throw new StateError('credential_required', 'This is no credential.', '')
  if (found.standing !== 'valid' && !beyond) throw new StateError('credential_expired', 'This credential is over.', '')
  return found
}

export class Terraform {
  readonly credential: Credential
  readonly id: string
  readonly digest: string
  /** The codes of what it was told to wait for. */
  readonly asked = new Set<string>()
  holds = false
  over = false
  readonly #client: Client
  readonly #play: Play

  constructor(play: Play, client: Client, credential: Credential, id = play.machine.seeded.hex(16)) {
    this.#play = play
    this.#client = client
    this.credential = credential
    this.id = id
    this.digest = lockDigest(this.id)
  }

  get about() {
    return { lock: this.digest, credential: this.credential.id, workspace: this.credential.workspace }
  }

  async lock(): Promise<boolean> {
    const text = JSON.stringify({ ID: this.id, Operation: 'OperationTypeApply', Info: '', Who: 'ada@laptop', Version: '1.11.4', Created: '2026-11-21T12:00:00Z', Path: '' })
    const answer = await this.#client.call({
      what: 'LOCK', as: null, about: this.about,
      work: async (server) => {
        const caller = await callerOf(server, this.credential, false)
        const locked = await server.useCases.wire.lockToWrite.run(caller.actor, { name: this.credential.workspace, caller, info: readLockInfo(text), signal: stays() })
        return locked.taken ? { taken: true, code: '' } : { taken: false, code: /\/c\/([0-9A-Z-]+)$/.exec(locked.held.ID)?.[1] ?? '' }
      },
    })
    if (!('done' in answer)) return false
    if (answer.done.code !== '') this.asked.add(answer.done.code)
    return (this.holds = answer.done.taken)
  }

  /** @param lock whose, by its ID */
  async write(serial: number, text: string, lock: string = this.id): Promise<void> {
    const bytes = Buffer.from(text)
    const digest = createHash('sha256').update(bytes).digest('hex')
    const writing = (caller: Caller) => ({ name: this.credential.workspace, caller, lock: lockDigest(lock) })
    await this.#client.call({
      what: 'POST', as: null, about: { ...this.about, lock: lockDigest(lock), serial, digest, resources: [...text.matchAll(/"name":"([^"]+)"/g)].map(([, name]) => name).join(' ') },
      work: async (server) => {
        const caller = await callerOf(server, this.credential, true)
        await admitWrite(server.state, writing(caller))
        const body = await receive(Readable.from([bytes]), { length: bytes.length, largest: bytes.length, md5: '', encoding: '' })
        await server.useCases.wire.write.run(caller.actor, { ...writing(caller), body })
        return null
      },
    })
  }

  async read(): Promise<void> {
    await this.#client.call({
      what: 'GET', as: null, about: this.about,
      work: async (server) => {
        const caller = await callerOf(server, this.credential, false)
        const body = await server.useCases.wire.read.full.run(caller.actor, { name: this.credential.workspace, caller, signal: stays() })
        if (body === null) return 'nothing'
        const bytes: Buffer[] = []
        for await (const part of body.body) bytes.push(Buffer.from(part as Uint8Array))
        return Buffer.concat(bytes).toString('utf8')
      },
    })
  }

  async unlock(lock: string = this.digest): Promise<void> {
    await this.#client.call({
      what: 'UNLOCK', as: null, about: { ...this.about, lock },
      work: async (server) => {
        const caller = await callerOf(server, this.credential, true)
        if (await server.useCases.wire.release.run(caller.actor, { name: this.credential.workspace, caller, lock })) return null
        await server.useCases.wire.forceUnlock.run(caller.actor, { name: this.credential.workspace, caller, lock, signal: stays() })
        return null
      },
    })
    this.holds = false
  }

  /** What a reading of the state would have told. */
  async serial(): Promise<number> {
    const { workspace } = this.credential
    const row = await this.#play.machine.store.read((db) => db.selectFrom('state_workspace').innerJoin('state_version', (join) => join.onRef('state_version.workspace', '=', 'state_workspace.id').onRef('state_version.number', '=', 'state_workspace.version'))
      .select('state_version.serial').where('state_workspace.name', '=', workspace).executeTakeFirst())
    return row?.serial ?? 0
  }
}
