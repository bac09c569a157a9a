/** Each source against the real thing, or something exact in its place: what is listed, what is read, and what is refused. */
import { execFileSync } from 'node:child_process'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { filesSource } from '../../../src/cli/state/import/files.ts'
import { httpSource } from '../../../src/cli/state/import/http.ts'
import { pgSource } from '../../../src/cli/state/import/pg.ts'
import { s3Source } from '../../../src/cli/state/import/s3.ts'
import { openSource, type Source } from '../../../src/cli/state/import/source.ts'
import { findPostgres } from '../../support/find-postgres.ts'
import { startPostgres } from '../../support/postgres.ts'
import { scratchFolder } from '../../support/scratch-server.ts'
import { hasTerraform } from '../terminal.ts'
import { s3Server } from './s3-server.ts'

const state = (serial: number, lineage = 'l'): string => JSON.stringify({ version: 4, serial, lineage, resources: [] })

async function listed(source: Source): Promise<string[]> {
  return (await source.list()).map(({ name, path, workspace }) => `${name} -> ${path} ${workspace}`)
}

async function readText(source: Source, name: string): Promise<string | undefined> {
  const bytes = await source.read({ name, path: '', workspace: 'default' })
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8')
}

describe('files', () => {
  async function folder(files: Record<string, string>): Promise<string> {
    const root = await scratchFolder('states')
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, name)), { recursive: true })
      writeFileSync(join(root, name), text)
    }
    return root
  }

  it('a folder: by path, with terraform\'s own workspaces, and without what is no state', async () => {
    const root = await folder({
      'network/prod/terraform.tfstate': state(1), 'app/terraform.tfstate': state(2), 'app/terraform.tfstate.d/staging/terraform.tfstate': state(3), 'terraform.tfstate.d/dev/terraform.tfstate': state(4), 'old.tfstate': state(5),
      'app/terraform.tfstate.backup': state(6), 'app/.terraform/terraform.tfstate': state(7), '.git/x.tfstate': state(8), 'app/main.tf': '', 'empty/terraform.tfstate': '',
    })
    symlinkSync('/etc', join(root, 'elsewhere'))
    symlinkSync(join(root, 'old.tfstate'), join(root, 'link.tfstate'))
    const source = filesSource(root)
    expect(await listed(source)).toEqual([
      'app/terraform.tfstate -> app default', 'app/terraform.tfstate.d/staging/terraform.tfstate -> app staging', 'empty/terraform.tfstate -> empty default',
      'network/prod/terraform.tfstate -> network/prod default', 'old.tfstate -> old default', 'terraform.tfstate.d/dev/terraform.tfstate ->  dev',
    ])
    expect(await readText(source, 'old.tfstate')).toBe(state(5))
    expect(await readText(source, 'empty/terraform.tfstate')).toBeUndefined()
    await expect(source.read({ name: 'gone.tfstate', path: '', workspace: '' })).rejects.toThrow('cannot be read (ENOENT)')
  })

  it('one file', async () => {
    const root = await folder({ 'prod.tfstate': state(1) })
    expect(await listed(filesSource(join(root, 'prod.tfstate')))).toEqual(['prod.tfstate -> prod default'])
    expect(() => filesSource(join(root, 'nothing'))).toThrow('There is no')
  })

  it('what looks like an address of something else is not taken for a file', async () => {
    await expect(openSource('gs://bucket/secret-name', {})).rejects.toThrow('"gs://..." is not a source')
  })
})

describe('another HTTP backend', () => {
  async function backend(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
    const server = createServer(answer)
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.close()
      server.closeAllConnections()
    })
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }
  const guarded = (request: IncomingMessage, response: ServerResponse): void => {
    if (request.headers.authorization !== `Basic ${Buffer.from('ci:s3cret').toString('base64')}`) response.writeHead(401).end('no')
    else if (request.url === '/state/none') response.writeHead(404).end()
    else if (request.url === '/state/empty') response.end()
    else if (request.url === '/state/broken') response.writeHead(500).end()
    else response.end(state(7))
  }

  it('is asked with its own TF_HTTP_ variables, and its place holds no credentials', async () => {
    const url = await backend(guarded)
    const environment = { TF_HTTP_USERNAME: 'ci', TF_HTTP_PASSWORD: 's3cret' }
    const source = httpSource(`${url}/state/prod`, environment)
    expect(await listed(source)).toEqual(['state/prod -> prod default'])
    expect(await readText(source, 'state/prod')).toBe(state(7))
    expect(await readText(httpSource(`${url}/state/none`, environment), '')).toBeUndefined()
    expect(await readText(httpSource(`${url}/state/empty`, environment), '')).toBeUndefined()
    const inside = httpSource(`${url.replace('//', '//ci:s3cret@')}/state/prod`, {})
    expect(inside.place).not.toContain('s3cret')
    expect(await readText(inside, '')).toBe(state(7))
  })

  it('is not shown a credential of ours that the shell has under those names', async () => {
    const seen: unknown[] = []
    const url = await backend((request, response) => {
      seen.push(request.headers.authorization)
      response.end(state(7))
    })
    const environment = { TF_HTTP_USERNAME: `stc_${'0'.repeat(32)}`, TF_HTTP_PASSWORD: 'cst_secret' }
    expect(() => httpSource(`${url}/api/v4/state`, environment)).toThrow('not sent to')
    expect(await readText(httpSource(`${url}/state/v1/shop/prod`, environment), '')).toBe(state(7))
    expect(seen).toHaveLength(1)
  })

  it('says what is wrong, and what to do', async () => {
    const url = await backend(guarded)
    await expect(readText(httpSource(`${url}/state/prod`, {}), '')).rejects.toMatchObject({ code: 'source_unreadable', next: expect.stringContaining('TF_HTTP_USERNAME') as string })
    await expect(readText(httpSource(`${url}/state/broken`, { TF_HTTP_USERNAME: 'ci', TF_HTTP_PASSWORD: 's3cret' }), '')).rejects.toThrow('answered 500')
    await expect(readText(httpSource('http://127.0.0.1:1/x', {}), '')).rejects.toThrow('ECONNREFUSED')
  })
})

const postgres = findPostgres()
const hasPostgres = 'bin' in postgres
if (!hasPostgres) {
  if (process.env['CI'] === 'true') throw new Error(postgres.missing)
  process.stderr.write(`\nSKIPPED: importing from PostgreSQL was not tested. ${postgres.missing}\n`)
}

describe.skipIf(!hasPostgres || !hasTerraform())('terraform\'s pg backend', () => {
  it('states that the real terraform wrote are read, each workspace by its name', async () => {
    const server = await startPostgres('bin' in postgres ? postgres.bin : '', { loopback: true })
    onTestFinished(() => server.remove())
    const url = server.url(await server.create())
    const work = await scratchFolder('pg-backend')
    writeFileSync(join(work, 'main.tf'), 'terraform {\n  backend "pg" {}\n}\nresource "terraform_data" "x" {\n  input = "${terraform.workspace}-ü"\n}\n')
    const terraform = (...args: string[]): string => execFileSync(process.env['TERRAFORM_BIN'] ?? 'terraform', args, { cwd: work, env: { ...process.env, PG_CONN_STR: `${url}?sslmode=disable`, TF_IN_AUTOMATION: '1' }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
    terraform('init', '-input=false')
    terraform('apply', '-auto-approve', '-input=false')
    terraform('workspace', 'new', 'staging')
    terraform('apply', '-auto-approve', '-input=false')
    const pulled = JSON.parse(terraform('state', 'pull')) as { lineage: string; serial: number }

    const source = await pgSource(url)
    expect(await listed(source)).toEqual(['default ->  default', 'staging ->  staging'])
    expect(JSON.parse((await readText(source, 'staging')) ?? '')).toMatchObject({ ...pulled, resources: [{ name: 'x', instances: [{ attributes: { input: { value: 'staging-ü' } } }] }] })
    expect(await readText(source, 'nobody')).toBeUndefined()
    expect(source.place).not.toContain(new URL(url).password)
    await source.close()

    const byVariable = await pgSource('pg', undefined, { PG_CONN_STR: url })
    expect(await byVariable.list()).toHaveLength(2)
    await byVariable.close()
    const elsewhere = await pgSource(url, 'another"schema')
    await expect(elsewhere.list()).rejects.toMatchObject({ code: 'source_missing' })
    await elsewhere.close()
    await expect(pgSource('postgres://nobody:hunter2@127.0.0.1:1/x')).rejects.toThrow(/cannot be read \(ECONNREFUSED\)/)
    await expect(pgSource('postgres://nobody:hunter2@127.0.0.1:1/x')).rejects.not.toThrow(/hunter2/)
  })
})

describe('S3', () => {
  const source = async (text: string, server: Awaited<ReturnType<typeof s3Server>>, options = {}): Promise<Source> => {
    for (const [name, value] of Object.entries(server.environment)) process.env[name] = value
    onTestFinished(() => Object.keys(server.environment).forEach((name) => delete process.env[name]))
    const opened = await s3Source(text, options)
    onTestFinished(() => opened.close())
    return opened
  }

  it('one key, with the workspaces of terraform beside it, over several pages', async () => {
    const server = await s3Server()
    server.put('network/terraform.tfstate', state(1))
    for (const name of ['a', 'b', 'c', 'd', 'e ü']) server.put(`env:/${name}/network/terraform.tfstate`, state(2))
    server.put('env:/a/other/terraform.tfstate', state(3))
    server.put('network/terraform.tfstate.tflock', '{}')
    server.put('network/terraform.tfstate2', state(4))
    const opened = await source('s3://acme-states/network/terraform.tfstate', server)
    expect(await listed(opened)).toEqual([
      ...['a', 'b', 'c', 'd', 'e ü'].map((name) => `env:/${name}/network/terraform.tfstate -> network ${name}`), 'network/terraform.tfstate -> network default',
    ])
    expect(await readText(opened, 'env:/e ü/network/terraform.tfstate')).toBe(state(2))
    expect(await readText(opened, 'nothing')).toBeUndefined()
    expect(server.asked.some((one) => one.includes('continuation-token'))).toBe(true)
  })

  it('a folder, and a prefix of workspaces of its own', async () => {
    const server = await s3Server()
    for (const key of ['live/a/terraform.tfstate', 'live/b.tfstate', 'live/readme.md', 'dead/c.tfstate', 'ws/qa/live/a/terraform.tfstate']) server.put(key, state(1))
    expect(await listed(await source('s3://acme-states/live/', server, { workspaceKeyPrefix: 'ws' }))).toEqual(['live/a/terraform.tfstate -> live/a default', 'live/b.tfstate -> live/b default', 'ws/qa/live/a/terraform.tfstate -> live/a qa'])
    expect(await listed(await source('s3://acme-states', server, { workspaceKeyPrefix: 'ws' }))).toHaveLength(4)
  })

  it('the newest version, or the one that is named', async () => {
    const server = await s3Server()
    const first = server.put('a.tfstate', state(1))
    server.put('a.tfstate', state(2))
    expect(await readText(await source('s3://acme-states/a.tfstate', server), 'a.tfstate')).toBe(state(2))
    const older = await source(`s3://acme-states/a.tfstate?versionId=${first}`, server)
    expect(await listed(older)).toEqual(['a.tfstate -> a default'])
    expect(await readText(older, 'a.tfstate')).toBe(state(1))
  })

  it('what is refused is said, without a secret', async () => {
    const server = await s3Server()
    await expect((await source('s3://other-bucket/', server)).list()).rejects.toThrow(/cannot be read \(.*NoSuchBucket/)
    const wrong = { ...server, environment: { ...server.environment, AWS_SECRET_ACCESS_KEY: 'not-the-secret' } }
    const refused = (await source('s3://acme-states/', wrong)).list()
    await expect(refused).rejects.toThrow('SignatureDoesNotMatch')
    await expect(refused).rejects.not.toThrow('not-the-secret')
    await expect(source('s3://acme-states?versionId=x', server)).rejects.toThrow('is not the place of a state')
  })
})
