/** Bundles on disk: a folder, or a gzipped tar archive. The only part that touches the file system. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { type Bundle, type BundleOptions, type Files, readBundle } from './bundle.ts'
import { BundleError } from './error.ts'
import { readTar } from './tar.ts'

/** Unpacked bytes that an archive may have: a small file can hold a great deal of zeros. */
const mostBytes = 512 * 1024 * 1024

/** The bundle at a path. Throws BundleError and CompileError. */
export function loadBundle(path: string, options: BundleOptions = {}): Bundle {
  const files = filesAt(path)
  return readBundle(files, { name: path, ...options })
}

/** The files of an archive that is in memory. */
export function unpack(archive: Uint8Array): Files {
  let bytes: Uint8Array
  try {
    bytes = gunzipSync(archive, { maxOutputLength: mostBytes })
  } catch (error) {
    const large = error instanceof RangeError || (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE')
    throw new BundleError(large ? 'too_large' : 'unreadable', large ? 'the archive unpacks to more than 512 MB' : 'the archive is not gzip', error)
  }
  return readTar(bytes)
}

function filesAt(path: string): Files {
  try {
    return statSync(path).isDirectory() ? folder(path) : unpack(readFileSync(path))
  } catch (error) {
    if (error instanceof BundleError) throw error
    throw new BundleError('unreadable', `${path} cannot be read: ${error instanceof Error ? error.message : 'unreadable'}`, error)
  }
}

const wanted = /(^|\/)(data\.(json|ya?ml)|[^/]+\.rego)$|^(\.manifest|\.signatures\.json|policy\.wasm)$/

function folder(path: string): Files {
  const files = new Map<string, Uint8Array>()
  // a signature covers every file; without one, what is no part of a bundle is not even read
  const all = existsSync(join(path, '.signatures.json'))
  for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name)
    const name = relative(path, file).replaceAll('\\', '/')
    if (entry.isFile() && (all || wanted.test(name))) files.set(name, readFileSync(file))
  }
  return files
}
