/** HTTPS with certificate files, spoken to by a client that trusts the authority of this test and no other. */
import { chmod, rename, writeFile } from 'node:fs/promises'
import https from 'node:https'
import { join } from 'node:path'
import { connect, type PeerCertificate } from 'node:tls'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createLog } from '../../src/platform/log.ts'
import { startServer } from '../../src/server/start.ts'
import type { RunningServer } from '../../src/server/start.ts'
import { createAuthority, type Authority, type Issued } from '../support/certificates.ts'
import { databaseOf } from '../support/database.ts'
import { freePort, scratchFolder } from '../support/scratch-server.ts'

let authority: Authority
beforeAll(async () => {
  authority = await createAuthority()
})

type Files = { cert: string; key: string }

async function keep(files: Files, { cert, key }: Issued): Promise<void> {
  for (const [path, text] of [[files.key, key], [files.cert, cert]] as const) {
    await writeFile(`${path}.new`, text, { mode: 0o600 })
    await rename(`${path}.new`, path)
  }
}

async function serving(pair?: Issued, over: { everyMs?: number } = {}) {
  const folder = await scratchFolder('tls')
  const dataDir = await scratchFolder('data')
  const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') }
  await keep(files, pair ?? (await authority.issue('localhost')))
  const port = await freePort()
  const said: string[] = []
  const log = createLog('info', { write: (line: string) => void said.push(line) })
  const starting = async (): Promise<RunningServer> => {
    const server = await startServer({
      dataDir, databaseUrl: await databaseOf(dataDir), addresses: [{ host: '127.0.0.1', port }], url: `https://localhost:${port}`, demonstration: true, log,
      // Looked at so seldom that only what asks for it reads them again, unless a test says otherwise.
      tls: { ...files, everyMs: over.everyMs ?? 3_600_000 },
    })
    onTestFinished(() => server.close())
    return server
  }
  return { files, port, starting, said }
}

/** The certificate that a new connection is shown; rejects when it does not verify. */
async function shown(port: number): Promise<PeerCertificate> {
  return await new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', ca: authority.ca }, () => {
      resolve(socket.getPeerCertificate())
      socket.destroy()
    })
    socket.once('error', reject)
  })
}

async function get(port: number, path: string): Promise<{ status: number; headers: NodeJS.Dict<string | string[]> }> {
  return await new Promise((resolve, reject) => {
    const request = https.get({ host: '127.0.0.1', port, path, servername: 'localhost', ca: authority.ca, agent: false, headers: { host: `localhost:${port}` } }, (response) => {
      response.resume().once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers }))
    })
    request.once('error', reject)
  })
}

describe('a server with certificate files', () => {
  it('speaks HTTPS, says so to browsers on every answer, and speaks nothing else', async () => {
    const { port, starting } = await serving()
    await starting()
    for (const path of ['/api/v1/status', '/oidc/.well-known/openid-configuration', '/nowhere']) {
      expect((await get(port, path)).headers['strict-transport-security']).toBe('max-age=63072000')
    }
    expect((await get(port, '/api/v1/status')).status).toBe(200)
    await expect(fetch(`http://127.0.0.1:${port}/api/v1/status`)).rejects.toThrow()
    await expect(new Promise((resolve, reject) => connect({ host: '127.0.0.1', port, servername: 'localhost', ca: authority.ca, maxVersion: 'TLSv1.1', minVersion: 'TLSv1' }, () => resolve('connected')).once('error', reject))).rejects.toThrow()
  })

  it('serves a new pair when it is told to, to new connections, without a restart', async () => {
    const { port, files, starting } = await serving()
    const server = await starting()
    const before = (await shown(port)).serialNumber
    await keep(files, await authority.issue('localhost'))
    expect((await shown(port)).serialNumber).toBe(before)
    expect(server.reloadCertificates()).toBe(true)
    expect((await shown(port)).serialNumber).not.toBe(before)
  })

  it('sees by itself that the files have changed', async () => {
    const { port, files, starting } = await serving(undefined, { everyMs: 20 })
    await starting()
    const before = (await shown(port)).serialNumber
    await keep(files, await authority.issue('localhost'))
    while ((await shown(port)).serialNumber === before) await new Promise((resolve) => setImmediate(resolve))
  })

  it.each([
    ['is not a certificate', async (files: Files) => writeFile(files.cert, 'no certificate')],
    ['lacks its key', async (files: Files) => writeFile(files.key, (await authority.issue('localhost')).key)],
    ['has ended', async (files: Files) => keep(files, await authority.issue('localhost', { from: -9, until: -2 }))],
    ['has a key that everybody can read', async (files: Files) => {
      await keep(files, await authority.issue('localhost'))
      await chmod(files.key, 0o644)
    }],
  ])('a new pair that %s is not served: the one before stays, and the log says why', async (_, spoil) => {
    const { port, files, starting, said } = await serving()
    const server = await starting()
    const before = (await shown(port)).serialNumber
    await spoil(files)
    expect(server.reloadCertificates()).toBe(false)
    expect((await shown(port)).serialNumber).toBe(before)
    expect(said.filter((line) => line.includes('the one before is still served') && line.includes('tls_unusable'))).toHaveLength(1)
    await server.close()
    // There is nothing that could stay at the next start: it stops, and says the same.
    await expect(starting()).rejects.toMatchObject({ code: 'tls_unusable' })
  })

  it('says when the certificate is for another host, or ends soon', async () => {
    const { starting, said } = await serving(await authority.issue('other.example', { from: -9, until: 3 }))
    await starting()
    expect(said.filter((line) => /not for the host of the URL|ends soon/.test(line))).toHaveLength(2)
  })
})
