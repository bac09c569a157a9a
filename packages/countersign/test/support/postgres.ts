/**
 * A PostgreSQL server of the tests' own: started in a folder that goes away, as another user where we are root (initdb refuses root),
 * reached through a socket in that folder, or on loopback where a test asks for it. It ends when its keeper's standard input does, so
 * it does not outlive the tests however they end.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'

export type Postgres = {
  /** The URL of a database in it; a name that is not there is not made. */
  url(database: string): string
  /** A new, empty database. */
  create(): Promise<string>
  drop(database: string): Promise<void>
  /** One statement by the superuser. */
  tell(database: string, sql: string): Promise<Record<string, unknown>[]>
  /** Ends the server as after a power cut (KILL: not even its other processes hear of it), or in order; `start` starts it again on the same data. */
  stop(how: 'INT' | 'QUIT' | 'KILL'): Promise<void>
  start(): Promise<void>
  remove(): Promise<void>
  /** The data folder, and who owns it, where that is not who we are. */
  readonly data: string
  readonly owner: { uid: number; gid: number } | undefined
}

const USER = 'countersign'

/**
 * `tls`: PEM texts of a certificate for 127.0.0.1; the server then listens on loopback, and takes nothing that is not encrypted.
 * `durable`: what it commits is on the disk, as where it matters.
 */
export async function startPostgres(bin: string, options: { tls?: { cert: string; key: string }; loopback?: boolean; durable?: boolean } = {}): Promise<Postgres> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-pg-'))
  const owner = process.getuid?.() === 0 ? unprivileged() : undefined
  const data = join(folder, 'data')
  mkdirSync(data, { mode: 0o700 })
  chmodSync(folder, 0o755)
  const password = randomBytes(16).toString('hex')
  writeFileSync(join(folder, 'password'), password, { mode: 0o600 })
  for (const path of [folder, data, join(folder, 'password')]) if (owner) chownSync(path, owner.uid, owner.gid)
  const settings = ['-D', data, '-U', USER, '-A', 'scram-sha-256', `--pwfile=${join(folder, 'password')}`, '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync', '--no-instructions']
  execFileSync(join(bin, 'initdb'), settings, { stdio: ['ignore', 'ignore', 'pipe'], cwd: folder, ...owner })
  const port = options.tls || options.loopback ? await freePort() : 5432
  const configured = [
    `port=${port}`, `unix_socket_directories=${folder}`, `listen_addresses=${options.tls || options.loopback ? '127.0.0.1' : ''}`,
    ...(options.durable === true ? ['fsync=on', 'full_page_writes=on'] : ['fsync=off', 'full_page_writes=off', 'autovacuum=off']),
    'max_connections=200', 'shared_buffers=32MB', 'deadlock_timeout=100ms',
  ]
  if (options.tls) {
    for (const [name, text] of [['server.crt', options.tls.cert], ['server.key', options.tls.key]] as const) {
      writeFileSync(join(data, name), text, { mode: 0o600 })
      if (owner) chownSync(join(data, name), owner.uid, owner.gid)
    }
    configured.push('ssl=on')
    writeFileSync(join(data, 'pg_hba.conf'), 'local all all scram-sha-256\nhostssl all all 127.0.0.1/32 scram-sha-256\n')
  }
  const overNetwork = options.tls !== undefined || options.loopback === true
  const url = (database: string): string =>
    overNetwork ? `postgres://${USER}:${password}@127.0.0.1:${port}/${database}` : `postgres://${USER}:${password}@${encodeURIComponent(folder)}/${database}`
  const tell: Postgres['tell'] = async (database, sql) => {
    const client = new pg.Client({ host: folder, port, user: USER, password, database })
    await client.connect()
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows
    } finally {
      await client.end()
    }
  }
  let running: ChildProcess | null = null
  const server: Postgres = {
    url, tell, data, owner,
    async create() {
      const name = `t${randomBytes(8).toString('hex')}`
      await tell('postgres', `create database ${name}`)
      return name
    },
    drop: async (database) => void (await tell('postgres', `drop database if exists ${database} with (force)`)),
    async start() {
      // The keeper passes the end of its input on as the signal it was told of, and ends with the server: the one that runs by then.
      const keeper = `"$@" & p=$!; how=INT; while read -r said; do how=$said; break; done; [ -s ${data}/postmaster.pid ] && p=$(head -n 1 ${data}/postmaster.pid); kill -$how $p; wait $p 2>/dev/null || while kill -0 $p 2>/dev/null; do sleep 0.05; done`
      const command = [join(bin, 'postgres'), '-D', data, ...configured.flatMap((setting) => ['-c', setting])]
      running = spawn('/bin/sh', ['-c', keeper, 'sh', ...command], { stdio: ['pipe', 'ignore', 'pipe'], cwd: folder, ...owner })
      await ready(running)
    },
    async stop(how) {
      if (running === null) return
      const gone = once(running, 'exit')
      running.stdin?.end(`${how}\n`)
      await gone
      running = null
    },
    async remove() {
      await server.stop('QUIT')
      rmSync(folder, { recursive: true, force: true })
    },
  }
  await server.start().catch((error: unknown) => {
    rmSync(folder, { recursive: true, force: true })
    throw error
  })
  return server
}

/** Resolves when the server says so itself. */
async function ready(child: ChildProcess): Promise<void> {
  let said = ''
  await new Promise<void>((resolve, reject) => {
    child.stderr?.on('data', (chunk: Buffer) => {
      if (said.length < 20_000) said += chunk.toString()
      if (said.includes('ready to accept connections')) resolve()
    })
    child.once('exit', () => reject(new Error(`PostgreSQL did not start: ${said}`)))
    child.once('error', reject)
  })
}

function unprivileged(): { uid: number; gid: number } {
  const users = readFileSync('/etc/passwd', 'utf8').split('\n').map((line) => line.split(':'))
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody')
  return { uid: Number(user?.[2] ?? 65_534), gid: Number(user?.[3] ?? 65_534) }
}

async function freePort(): Promise<number> {
  return await new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
