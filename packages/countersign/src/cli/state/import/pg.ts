/** Terraform's `pg` backend: the table `states` of its schema, a row for each CLI workspace. Read in read-only transactions. */
import type { Client as PgClient } from 'pg'
import { CliError } from '../../exit.ts'
import { unreadable, type Found, type Source } from './source.ts'

const defaultSchema = 'terraform_remote_state'

/** `pg` takes the connection from PG_CONN_STR or PGHOST and its kin, as the backend does. */
export async function pgSource(text: string, schema?: string, environment: NodeJS.ProcessEnv = process.env): Promise<Source> {
  const connection = text === 'pg' ? (environment['PG_CONN_STR'] ?? '') : text
  const { default: pg } = await import('pg')
  const client = new pg.Client({ ...(connection === '' ? {} : { connectionString: connection }), application_name: 'countersign state import', options: '-c default_transaction_read_only=on' })
  const table = `${quoted(schema || environment['PG_SCHEMA_NAME'] || defaultSchema)}.states`
  const place = `postgres://${client.host}:${client.port}/${client.database ?? ''} ${table}`
  try {
    await client.connect()
  } catch (cause) {
    throw unreadable(place, cause)
  }
  return {
    kind: 'pg',
    place,
    list: async () => await asked(client, place, `select name from ${table} order by name`, []).then((rows) => rows.map(({ name }) => foundOf(name ?? ''))),
    async read({ name }) {
      const [row] = await asked(client, place, `select data from ${table} where name = $1`, [name])
      return row?.data ? Buffer.from(row.data, 'utf8') : undefined
    },
    close: async () => await client.end().catch(() => undefined),
  }
}

type Row = { name?: string; data?: string | null }

async function asked(client: PgClient, place: string, sql: string, values: string[]): Promise<Row[]> {
  try {
    return (await client.query<Row>(sql, values)).rows
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && (cause.code === '42P01' || cause.code === '3F000')) {
      throw new CliError('source_missing', `There is no ${place.split(' ').at(-1) ?? ''} in that database.`, 'Name the schema of the backend with --schema.', { cause })
    }
    throw unreadable(place, cause)
  }
}

/** The default workspace has a name of its own there, and nothing else. */
function foundOf(name: string): Found {
  return { name, path: '', workspace: name }
}

function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`
}
