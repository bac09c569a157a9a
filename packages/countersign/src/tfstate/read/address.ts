/**
 * Addresses in Terraform's own spelling. Module paths, types and names must be what its language allows: a name that holds a bracket, a
 * quote or a line feed could make one instance look like another, or like a deposed one.
 */
import type { TfstateError } from '../error.ts'

export type Head = {
  module: string
  mode: 'managed' | 'data'
  type: string
  name: string
  provider: string
  each: string
  /** Of the resource: all but the index key. */
  base: string
}

type Refuse = (what: string) => TfstateError

const identifier = /^[\p{ID_Start}_][\p{ID_Continue}-]*$/u
const moduleStep = /module\.[\p{ID_Start}_][\p{ID_Continue}-]*(?:\[(?:[0-9]+|"(?:[^"\\\p{Cc}]|\\.)*")\])?/uy
const longest = 1000

function isModulePath(path: string): boolean {
  let at = 0
  while (at < path.length) {
    moduleStep.lastIndex = at
    if (!moduleStep.test(path)) return false
    at = moduleStep.lastIndex
    if (at === path.length) return true
    if (path[at] !== '.') return false
    at++
  }
  return false
}

const isIdentifier = (text: string | undefined): text is string => text !== undefined && text.length <= longest && identifier.test(text)

function head(texts: ReadonlyMap<string, string>, refuse: Refuse): Head {
  const [module, mode, type, name, provider] = [texts.get('module') ?? '', texts.get('mode'), texts.get('type'), texts.get('name'), texts.get('provider')]
  if (mode !== 'managed' && mode !== 'data') throw refuse('its mode is neither managed nor data')
  if (!isIdentifier(type) || !isIdentifier(name)) throw refuse('its type or name is no name of the language')
  // `data.x` and `module.x` are addresses of something else.
  if (type === 'data' || type === 'module') throw refuse('its type is a word of the language')
  if (module !== '' && (module.length > 20 * longest || !isModulePath(module))) throw refuse('its module is no address of a module')
  if (provider === undefined || provider === '' || provider.length > longest) throw refuse('it names no provider')
  const base = `${module === '' ? '' : `${module}.`}${mode === 'data' ? 'data.' : ''}${type}.${name}`
  return { module, mode, type, name, provider, each: texts.get('each') ?? '', base }
}

const escapes: { readonly [unit: string]: string } = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '"': '\\"', '\\': '\\\\' }
const plainKey = /^[ !#-Z^-z|}~]*$/

/** A key as Terraform quotes it: `${` and `%{` doubled, what is not printable as `\uXXXX` or `\UXXXXXXXX`. */
function quote(key: string): string {
  if (plainKey.test(key) && !key.includes('${') && !key.includes('%{')) return `"${key}"`
  const text = key.replace(/["\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}]|(?! )\p{Zs}/gu, (unit) => {
    const code = unit.codePointAt(0) ?? 0
    return escapes[unit] ?? (code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`)
  })
  return `"${text.replace(/[$%]\{/g, (found) => `${found[0] ?? ''}${found}`)}"`
}

/** `key` is the instance's `index_key`. */
function instance(of: Head, key: unknown, deposed: unknown, refuse: Refuse): string {
  let out = of.base
  if (typeof key === 'string') out += `[${quote(key)}]`
  else if (typeof key === 'number' && Number.isSafeInteger(key) && key >= 0) out += `[${key}]`
  else if (key !== undefined && key !== null) throw refuse('an index key is neither a string nor a whole number')
  if (deposed === undefined || deposed === null || deposed === '') return out
  if (typeof deposed !== 'string' || !/^[0-9A-Za-z]{8}$/.test(deposed)) throw refuse('a deposed key is not of eight characters')
  return `${out} (deposed ${deposed})`
}

export const address = { head, instance }
