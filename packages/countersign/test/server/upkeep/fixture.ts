/** The data of released versions, unpacked (make-fixture.ts). */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { scratchFolder } from '../../support/scratch-server.ts'

const folder = join(import.meta.dirname, 'released')

export type Fixture = { version: string; url: string; applied: string; open: string; files: Record<string, string> }

export const versions = readdirSync(folder).map((name) => name.replace(/\.json\.gz$/, '')).toSorted()

/** Its statements have a form that is not read any more, as the changelog says: its database can be looked at, brought up to date and backed up, and is not served. */
export const unreadable = '0.1.0'

export const fixture = (version: string): Fixture => JSON.parse(gunzipSync(readFileSync(join(folder, `${version}.json.gz`))).toString('utf8')) as Fixture

/** A data folder as that version left it. */
export async function unpacked({ version, files }: Fixture): Promise<string> {
  const dataDir = join(await scratchFolder(`of-${version}`), 'data')
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(dataDir, dirname(name)), { recursive: true, mode: 0o700 })
    writeFileSync(join(dataDir, name), Buffer.from(content, 'base64'), { mode: 0o600 })
  }
  return dataDir
}
