/** Where PostgreSQL's programs are. Imported by vitest.config.ts too: it needs nothing but Node. */
import { accessSync, constants, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The folder with initdb and postgres, or why there is none. */
export function findPostgres(): { bin: string } | { missing: string } {
  const debian = '/usr/lib/postgresql'
  const versions = list(debian).toSorted((a, b) => Number(b) - Number(a)).map((version) => join(debian, version, 'bin'))
  const places = [process.env['PG_BINDIR'] ?? '', ...(process.env['PATH'] ?? '').split(delimiter), ...versions].filter((place) => place !== '')
  const bin = places.find((place) => runs(join(place, 'initdb')) && runs(join(place, 'postgres')))
  return bin === undefined ? { missing: 'PostgreSQL is not installed: PG_BINDIR, PATH and /usr/lib/postgresql/*/bin hold no initdb.' } : { bin }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function runs(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
