/**
 * States in S3, as terraform's `s3` backend keeps them: KEY for the default workspace, `env:/NAME/KEY` for another. `s3://BUCKET/KEY` is one
 * key with all its workspaces, `s3://BUCKET/FOLDER/` (or the bucket alone) everything below that ends in .tfstate; `?versionId=` reads an
 * older version of one key.
 *
 * The AWS SDK is not part of this program: it is loaded when it is used. It finds credentials as it always does (AWS_PROFILE, SSO, roles).
 */
import type * as Aws from '@aws-sdk/client-s3'
import { CliError } from '../../exit.ts'
import { unreadable, withoutEnding, type Found, type Source, type SourceOptions } from './source.ts'

type Sdk = typeof Aws

const MOST = 10_000

export async function s3Source(text: string, options: SourceOptions, environment: NodeJS.ProcessEnv = process.env): Promise<Source> {
  const { bucket, key, versionId } = parse(text)
  const sdk = await load()
  const endpoint = options.endpoint ?? environment['AWS_ENDPOINT_URL_S3'] ?? environment['AWS_S3_ENDPOINT'] ?? environment['AWS_ENDPOINT_URL']
  const client = new sdk.S3Client({
    region: options.region ?? environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'] ?? 'us-east-1',
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
  })
  const place = `s3://${bucket}/${key}${versionId === undefined ? '' : `?versionId=${versionId}`}`
  const workspaces = `${options.workspaceKeyPrefix ?? 'env:'}/`
  return {
    kind: 's3',
    place,
    async list() {
      if (versionId !== undefined) return [foundOf(key, workspaces)]
      const keys = [...(await listed(sdk, client, bucket, key, place)), ...(await listed(sdk, client, bucket, workspaces, place))]
      return [...new Set(keys)].sort().map((name) => foundOf(name, workspaces)).filter((found) => isMeant(found, key, workspaces))
    },
    async read({ name }) {
      try {
        return await body(await client.send(new sdk.GetObjectCommand({ Bucket: bucket, Key: name, ...(versionId === undefined ? {} : { VersionId: versionId }) })))
      } catch (cause) {
        if (cause instanceof Error && (cause.name === 'NoSuchKey' || cause.name === 'NotFound')) return undefined
        throw unreadable(`s3://${bucket}/${name}`, cause)
      }
    },
    close: async () => client.destroy(),
  }
}

async function load(): Promise<Sdk> {
  // Which Node it will want next year is for those who install it to read.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'
  try {
    return await import('@aws-sdk/client-s3')
  } catch (cause) {
    throw new CliError('module_missing', 'Reading from S3 needs the AWS SDK, which is not installed beside countersign.', 'Install it with: npm install -g @aws-sdk/client-s3. Or, without it: terraform state pull > FILE, then import the file.', { cause })
  }
}

function parse(text: string): { bucket: string; key: string; versionId: string | undefined } {
  const match = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([^?]*))?(?:\?versionId=([^&]+))?$/.exec(text)
  const [, bucket, key = '', versionId] = match ?? []
  if (bucket !== undefined && (versionId === undefined || key !== '')) return { bucket, key, versionId }
  throw new CliError('source_unknown', `${JSON.stringify(text)} is not the place of a state in S3.`, 'Write it as s3://BUCKET/KEY, s3://BUCKET/FOLDER/ or s3://BUCKET/KEY?versionId=ID')
}

async function listed(sdk: Sdk, client: Aws.S3Client, bucket: string, prefix: string, place: string): Promise<string[]> {
  const keys: string[] = []
  let token: string | undefined
  try {
    do {
      const page = await client.send(new sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ...(token === undefined ? {} : { ContinuationToken: token }) }))
      keys.push(...(page.Contents ?? []).flatMap(({ Key }) => Key ?? []))
      token = page.IsTruncated ? page.NextContinuationToken : undefined
    } while (token !== undefined && keys.length <= MOST)
  } catch (cause) {
    throw unreadable(place, cause)
  }
  if (keys.length > MOST) throw new CliError('source_too_large', `There are more than ${MOST} objects below ${place}.`, 'Import a part of it: name a folder below.')
  return keys
}

function foundOf(name: string, workspaces: string): Found {
  const below = name.startsWith(workspaces) ? /^([^/]+)\/(.+)$/.exec(name.slice(workspaces.length)) : null
  return below ? { name, path: withoutEnding(below[2] ?? ''), workspace: below[1] ?? 'default' } : { name, path: withoutEnding(name), workspace: 'default' }
}

/** One key takes its workspaces along; a folder, everything below it that is called a state. */
function isMeant({ name, workspace }: Found, key: string, workspaces: string): boolean {
  const own = workspace === 'default' ? name : name.slice(workspaces.length + workspace.length + 1)
  return key === '' || key.endsWith('/') ? own.startsWith(key) && own.endsWith('.tfstate') : own === key
}

async function body(answer: Aws.GetObjectCommandOutput): Promise<Uint8Array | undefined> {
  const bytes = await answer.Body?.transformToByteArray()
  return bytes === undefined || bytes.length === 0 ? undefined : bytes
}
