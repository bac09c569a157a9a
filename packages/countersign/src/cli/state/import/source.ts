/**
 * Where states come from. A source lists what it has by name, and reads one whole; it changes nothing there. What it needs to be let in
 * comes from the environment, as for terraform itself: an argument can be seen by others and stays in the shell's history.
 *
 * Obligations: `place` holds no credentials. `read` answers exactly the stored bytes, or throws CliError `source_unreadable`; what is not
 * there (or empty) is undefined. Names are unique in one listing.
 */
import { CliError } from '../../exit.ts'

export type Found = {
  /** As the source has it: a path, a key, a name. */
  readonly name: string
  /** `name` without what only says that it is a state: `network/prod`. */
  readonly path: string
  /** Terraform's CLI workspace; `default` where there is none. */
  readonly workspace: string
}

export interface Source {
  readonly kind: 'file' | 'folder' | 'http' | 'pg' | 's3'
  /** For people, and to tell journals apart. */
  readonly place: string
  list(): Promise<readonly Found[]>
  read(found: Found): Promise<Uint8Array | undefined>
  close(): Promise<void>
}

export type SourceOptions = { readonly schema?: string | undefined; readonly region?: string | undefined; readonly endpoint?: string | undefined; readonly workspaceKeyPrefix?: string | undefined }

/** By the look of it: an address, or a path. Loads what is needed for that one. Throws CliError `source_unknown`, `source_missing`. */
export async function openSource(text: string, options: SourceOptions): Promise<Source> {
  if (/^https?:\/\//.test(text)) return (await import('./http.ts')).httpSource(text)
  if (/^(postgres|postgresql):\/\//.test(text) || text === 'pg') return await (await import('./pg.ts')).pgSource(text, options.schema)
  if (text.startsWith('s3://')) return await (await import('./s3.ts')).s3Source(text, options)
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) throw new CliError('source_unknown', `${JSON.stringify(text.replace(/:\/\/.*$/, '://...'))} is not a source that is known here.`, 'There are: a file, a folder, https://, postgres:// (or pg), s3://. From any other backend: terraform state pull > FILE, then import the file.')
  return (await import('./files.ts')).filesSource(text)
}

/** `a/b/terraform.tfstate` and `a/b.tfstate` are `a/b`. */
export function withoutEnding(path: string): string {
  return path.replace(/(^|\/)terraform\.tfstate$/, '').replace(/\.tfstate(\.json)?$/, '')
}

export function unreadable(what: string, cause: unknown): CliError {
  const why = cause instanceof Error ? ('code' in cause && typeof cause.code === 'string' && cause.code !== '' ? cause.code : cause.message || cause.name) : 'unknown'
  return new CliError('source_unreadable', `${what} cannot be read (${why.slice(0, 300)}).`, 'Nothing was changed there or here. What was imported before is in; run the command again to go on.', { cause })
}
