/**
 * S3 as small as it goes, and exact in what it does: ListObjectsV2 and ListObjectVersions in pages, GetObject with versions, PutObject
 * with If-None-Match and object lock, errors as S3 words them, and no
 * request without a right signature (Signature Version 4, computed here from the specification and not by the SDK).
 */
import { createHash, createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export type S3Server = { url: string; environment: Record<string, string>; put: (key: string, body: string) => string; asked: string[]; locks: Map<string, { mode: string; until: string }> }

const [bucketName, keyId, secret, region] = ['acme-states', 'AKIATESTTESTTESTTEST', 'c2VjcmV0', 'eu-central-1']
const PAGE = 3

type Version = { id: string; body: Buffer }

export async function s3Server(): Promise<S3Server> {
  const objects = new Map<string, Version[]>()
  const asked: string[] = []
  const locks: S3Server['locks'] = new Map()
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://s3')
    asked.push(`${request.method ?? ''} ${url.pathname}${url.search}`)
    if (!isSigned(request, url)) return refuse(response, 403, 'SignatureDoesNotMatch')
    const [, bucket, ...rest] = url.pathname.split('/')
    if (bucket !== bucketName) return refuse(response, 404, 'NoSuchBucket')
    const key = rest.map((part) => decodeURIComponent(part)).join('/')
    if (key === '' && url.searchParams.get('list-type') === '2') return list(response, url, [...objects.keys()].sort())
    if (key === '' && url.searchParams.has('versions')) return listVersions(response, url, objects)
    if (request.method === 'PUT') return void put(request, response, key)
    const versions = objects.get(key)
    if (!versions) return refuse(response, 404, 'NoSuchKey')
    const wanted = url.searchParams.get('versionId')
    const version = wanted === null ? versions.at(-1) : versions.find(({ id }) => id === wanted)
    if (!version) return refuse(response, 404, 'NoSuchVersion')
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': version.body.length, etag: `"${createHash('md5').update(version.body).digest('hex')}"`, 'x-amz-version-id': version.id })
    response.end(version.body)
  })
  const add = (key: string, body: Buffer): string => {
    const versions = objects.get(key) ?? []
    const id = createHash('sha256').update(`${key}\n${versions.length}`).digest('base64url').slice(0, 32)
    objects.set(key, [...versions, { id, body }])
    return id
  }
  const put = async (request: IncomingMessage, response: ServerResponse, key: string): Promise<void> => {
    const body = Buffer.concat(await request.toArray() as Buffer[])
    if (request.headers['x-amz-content-sha256'] !== createHash('sha256').update(body).digest('hex')) return refuse(response, 400, 'XAmzContentSHA256Mismatch')
    if (request.headers['if-none-match'] === '*' && objects.has(key)) return refuse(response, 412, 'PreconditionFailed')
    const { 'x-amz-object-lock-mode': mode, 'x-amz-object-lock-retain-until-date': until } = request.headers
    // S3 takes no lock without a checksum of the body.
    if (mode !== undefined && !Object.keys(request.headers).some((name) => name.startsWith('x-amz-checksum-') || name === 'content-md5')) return refuse(response, 400, 'InvalidRequest')
    if (mode !== undefined) locks.set(key, { mode: String(mode), until: String(until) })
    response.writeHead(200, { 'x-amz-version-id': add(key, body) }).end()
  }
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url, asked, locks,
    environment: { AWS_ACCESS_KEY_ID: keyId, AWS_SECRET_ACCESS_KEY: secret, AWS_REGION: region, AWS_ENDPOINT_URL_S3: url, AWS_EC2_METADATA_DISABLED: 'true' },
    put: (key, body) => add(key, Buffer.from(body)),
  }
}

function list(response: ServerResponse, url: URL, all: string[]): void {
  const prefix = url.searchParams.get('prefix') ?? ''
  const after = url.searchParams.get('continuation-token') ?? ''
  const keys = all.filter((key) => key.startsWith(prefix) && key > Buffer.from(after, 'base64url').toString('utf8'))
  const page = keys.slice(0, PAGE)
  const truncated = keys.length > PAGE
  const contents = page.map((key) => `<Contents><Key>${escaped(key)}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><Size>1</Size><StorageClass>STANDARD</StorageClass></Contents>`).join('')
  const next = truncated ? `<NextContinuationToken>${Buffer.from(page.at(-1) ?? '').toString('base64url')}</NextContinuationToken>` : ''
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${bucketName}</Name><Prefix>${escaped(prefix)}</Prefix><KeyCount>${page.length}</KeyCount><MaxKeys>${PAGE}</MaxKeys><IsTruncated>${truncated}</IsTruncated>${next}${contents}</ListBucketResult>`
  response.writeHead(200, { 'content-type': 'application/xml' }).end(text)
}

/** Newest first of each key, as S3 does. */
function listVersions(response: ServerResponse, url: URL, objects: ReadonlyMap<string, readonly Version[]>): void {
  const prefix = url.searchParams.get('prefix') ?? ''
  const all = [...objects].filter(([key]) => key.startsWith(prefix)).toSorted(([a], [b]) => (a < b ? -1 : 1)).flatMap(([key, versions]) => versions.toReversed().map(({ id }, at) => ({ key, id, latest: at === 0 })))
  const marker = `${url.searchParams.get('key-marker') ?? ''}\n${url.searchParams.get('version-id-marker') ?? ''}`
  const from = all.findIndex(({ key, id }) => `${key}\n${id}` === marker) + 1
  const page = all.slice(from, from + PAGE)
  const last = page.at(-1)
  const truncated = from + PAGE < all.length
  const shown = page.map(({ key, id, latest }) => `<Version><Key>${escaped(key)}</Key><VersionId>${id}</VersionId><IsLatest>${latest}</IsLatest><LastModified>2026-01-01T00:00:00.000Z</LastModified><Size>1</Size></Version>`).join('')
  const next = truncated && last ? `<NextKeyMarker>${escaped(last.key)}</NextKeyMarker><NextVersionIdMarker>${last.id}</NextVersionIdMarker>` : ''
  response.writeHead(200, { 'content-type': 'application/xml' }).end(`<?xml version="1.0" encoding="UTF-8"?>\n<ListVersionsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${bucketName}</Name><Prefix>${escaped(prefix)}</Prefix><MaxKeys>${PAGE}</MaxKeys><IsTruncated>${truncated}</IsTruncated>${next}${shown}</ListVersionsResult>`)
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' }).end(`<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${code}</Message><RequestId>1</RequestId></Error>`)
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
const hmac = (key: Buffer | string, text: string): Buffer => createHmac('sha256', key).update(text).digest()

/** Of the headers; that a body is the one they name is for who reads it. */
function isSigned(request: IncomingMessage, url: URL): boolean {
  const match = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/.exec(request.headers.authorization ?? '')
  if (!match) return false
  const [, id, day = '', place = '', names = '', signature] = match
  const time = String(request.headers['x-amz-date'])
  const encode = (text: string): string => encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
  const query = [...url.searchParams].map(([name, value]) => `${encode(name)}=${encode(value)}`).sort().join('&')
  const headers = names.split(';').map((name) => `${name}:${String(request.headers[name]).trim()}\n`).join('')
  const canonical = [request.method, url.pathname.split('/').map((part) => encode(decodeURIComponent(part))).join('/'), query, headers, names, String(request.headers['x-amz-content-sha256'])].join('\n')
  const scope = `${day}/${place}/s3/aws4_request`
  const text = ['AWS4-HMAC-SHA256', time, scope, createHash('sha256').update(canonical).digest('hex')].join('\n')
  const key = hmac(hmac(hmac(hmac(`AWS4${secret}`, day), place), 's3'), 'aws4_request')
  return id === keyId && names.split(';').includes('host') && time.startsWith(day) && hmac(key, text).toString('hex') === signature
}
