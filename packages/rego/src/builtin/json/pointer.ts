/** Paths into documents, as OPA reads them: JSON pointers (RFC 6901, the first slash optional) or arrays of keys. */
import { isArray, typeName, type Value } from '../../value/index.ts'

/** The steps, or what is wrong with the path. */
export function pathOf(path: Value): readonly Value[] | string {
  if (isArray(path)) return path
  if (typeof path !== 'string') return `must be one of {set, array} containing string paths or array of path segments but got ${typeName(path)}`
  if (path === '') return []
  return path.replace(/^\/+/, '').split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}
