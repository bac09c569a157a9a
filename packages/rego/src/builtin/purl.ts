/** Package URLs: `pkg:type/namespace/name@version?qualifiers#subpath` (ECMA-427). */
import { compareStrings, objectOf, type Value } from '../value/index.ts'
import { define } from './define.ts'
import { stringAt } from './operand.ts'
import { type Builtin, BuiltinFault } from './registry.ts'

export const purl: readonly Builtin[] = [
  define('purl.is_valid', 'any -> boolean', 'the value is a package URL', ([value]) => typeof value === 'string' && typeof parsed(value) !== 'string'),
  define('purl.parse', 'string -> object', 'the parts of a package URL', (args) => {
    const text = stringAt(args, 1)
    const result = parsed(text)
    if (typeof result === 'string') throw new BuiltinFault(`invalid PURL ${JSON.stringify(text)}: ${result}`)
    return objectOf(result)
  }),
]

/** Types whose names are the same in either case. */
const caseless = new Set(['alpm', 'apk', 'bitbucket', 'bitnami', 'composer', 'deb', 'github', 'golang', 'npm', 'pypi'])

/** The parts, or why there are none. */
function parsed(text: string): [string, Value][] | string {
  const parts = /^pkg:\/*([^#]*)(?:#([\s\S]*))?$/i.exec(text)
  if (parts === null) return 'purl scheme is not "pkg"'
  try {
    return partsOf(parts[1] ?? '', parts[2] ?? '')
  } catch {
    return 'invalid URL escape'
  }
}

function partsOf(rest: string, fragment: string): [string, Value][] | string {
  const mark = rest.indexOf('?')
  const path = mark < 0 ? rest : rest.slice(0, mark)
  const [first = '', ...segments] = path.replace(/\/+$/, '').split('/').filter((segment, index) => index === 0 || segment !== '')
  const type = first.toLowerCase()
  if (!/^[a-z.+-][\da-z.+-]*$/.test(type)) return 'type is missing or has invalid characters'
  const last = segments.pop() ?? ''
  const at = last.lastIndexOf('@')
  const name = decodeURIComponent(at > 0 ? last.slice(0, at) : last)
  if (name === '' || at === 0) return 'purl is missing a name'
  const namespace = segments.map(decodeURIComponent).join('/')
  const version = at > 0 ? decodeURIComponent(last.slice(at + 1)) : ''
  const qualifiers = qualifiersOf(mark < 0 ? '' : rest.slice(mark + 1))
  if (typeof qualifiers === 'string') return qualifiers
  const subpath = fragment.split('/').map(decodeURIComponent).filter((segment) => segment !== '' && segment !== '.' && segment !== '..').join('/')
  const plain = caseless.has(type) ? name.toLowerCase() : name
  const out: [string, Value][] = [['type', type], ['name', type === 'pypi' ? plain.replaceAll('_', '-') : plain]]
  if (namespace !== '') out.push(['namespace', caseless.has(type) ? namespace.toLowerCase() : namespace])
  if (version !== '') out.push(['version', version])
  if (subpath !== '') out.push(['subpath', subpath])
  if (qualifiers.length > 0) out.push(['qualifiers', objectOf(qualifiers)])
  return out
}

function qualifiersOf(query: string): [string, Value][] | string {
  const out = new Map<string, string>()
  for (const pair of query.split('&')) {
    const at = pair.indexOf('=')
    const key = (at < 0 ? pair : pair.slice(0, at)).toLowerCase()
    const value = at < 0 ? '' : decodeURIComponent(pair.slice(at + 1).replaceAll('+', ' '))
    if (value === '') continue
    if (!/^[a-z._-][\da-z._-]*$/.test(key)) return `invalid qualifier key: ${JSON.stringify(key)}`
    if (out.has(key)) return `duplicate qualifier key: ${JSON.stringify(key)}`
    out.set(key, value)
  }
  return [...out].sort(([a], [b]) => compareStrings(a, b))
}
