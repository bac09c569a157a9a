/**
 * An object store that speaks S3: an object for each checkpoint, written only where there is none of its name, and locked for as long as
 * the setting says. Reading looks at every version: what a lock keeps stays to be seen, whatever was put over it or deleted.
 *
 * The AWS SDK is not part of this program: it is loaded when it is used, and finds credentials as it always does.
 */
import type * as Aws from '@aws-sdk/client-s3'
import type { ObjectLock } from '../../platform/setting-checkpoints.ts'
import { fileName } from '../checkpoints.ts'
import { AwayConflict } from './conflict.ts'
import type { Send } from './place.ts'

export type Bucket = { bucket: string; prefix: string; lock: ObjectLock | null }
type Sdk = typeof Aws
type Open = { sdk: Sdk; client: Aws.S3Client }

const DAY = 86_400_000
const MOST = 100_000

export function putInto({ bucket, prefix, lock }: Bucket, environment: NodeJS.ProcessEnv, now: () => number): Send {
  return async (batch, abortSignal) => await withClient(environment, async ({ sdk, client }) => {
    for (const { note, size } of batch) {
      const object = { Bucket: bucket, Key: `${prefix}${fileName(size)}` }
      const kept = lock === null ? {} : { ObjectLockMode: lock.mode, ObjectLockRetainUntilDate: new Date(now() + lock.days * DAY) }
      try {
        await client.send(new sdk.PutObjectCommand({ ...object, Body: note, ContentType: 'text/plain; charset=utf-8', IfNoneMatch: '*', ...kept }), { abortSignal })
      } catch (error) {
        if (!(error instanceof Error) || error.name !== 'PreconditionFailed') throw error
        const there = await client.send(new sdk.GetObjectCommand(object), { abortSignal })
        if ((await there.Body?.transformToString('utf-8')) !== note) throw new AwayConflict(size)
      }
    }
  })
}

export async function objectsOf({ bucket, prefix }: Omit<Bucket, 'lock'>, environment: NodeJS.ProcessEnv, abortSignal: AbortSignal): Promise<{ where: string; text: string }[]> {
  return await withClient(environment, async ({ sdk, client }) => {
    const found: { where: string; text: string }[] = []
    let place: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {}
    while (place !== undefined && found.length < MOST) {
      const page: Aws.ListObjectVersionsCommandOutput = await client.send(new sdk.ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, ...place }), { abortSignal })
      for (const { Key, VersionId } of page.Versions ?? []) {
        if (!Key?.endsWith('.checkpoint')) continue
        const object = await client.send(new sdk.GetObjectCommand({ Bucket: bucket, Key, ...(VersionId === undefined ? {} : { VersionId }) }), { abortSignal })
        found.push({ where: `${Key}${VersionId === undefined ? '' : ` (version ${VersionId})`}`, text: (await object.Body?.transformToString('utf-8')) ?? '' })
      }
      place = page.IsTruncated !== true ? undefined : { ...(page.NextKeyMarker === undefined ? {} : { KeyMarker: page.NextKeyMarker }), ...(page.NextVersionIdMarker === undefined ? {} : { VersionIdMarker: page.NextVersionIdMarker }) }
    }
    return found
  })
}

async function withClient<T>(environment: NodeJS.ProcessEnv, work: (open: Open) => Promise<T>): Promise<T> {
  const sdk = await load()
  const endpoint = environment['AWS_ENDPOINT_URL_S3'] ?? environment['AWS_S3_ENDPOINT'] ?? environment['AWS_ENDPOINT_URL']
  const client = new sdk.S3Client({
    region: environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'] ?? 'us-east-1', maxAttempts: 2,
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
  })
  try {
    return await work({ sdk, client })
  } finally {
    client.destroy()
  }
}

async function load(): Promise<Sdk> {
  // Which Node it will want next year is for those who install it to read.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'
  try {
    return await import('@aws-sdk/client-s3')
  } catch (cause) {
    throw new Error('S3 needs the AWS SDK, which is not installed beside countersign: npm install -g @aws-sdk/client-s3', { cause })
  }
}
