/** JSON Web Tokens in compact form (RFC 7515, RFC 7519). */
import { get, isArray, isObject, type PlainObject, type RegoObject, type Value } from '../../value/index.ts'
import { base64Url } from '../encoding.ts'
import { unmarshal } from '../json/text.ts'
import { BuiltinFault } from '../registry.ts'
import { bytesOf, textOf } from '../text/utf8.ts'

export type Token = { readonly header: string; readonly payload: string; readonly signature: string }
export type Claims = PlainObject | RegoObject

export function tokenOf(text: string): Token {
  if (!text.includes('.')) throw new BuiltinFault('encoded JWT had no period separators')
  const parts = text.split('.')
  if (parts.length !== 3) throw new BuiltinFault(`encoded JWT must have 3 sections, found ${parts.length}`)
  const [header = '', payload = '', signature = ''] = parts
  return { header, payload, signature }
}

/** What is signed. */
export const signedPart = (token: Token): Uint8Array => bytesOf(`${token.header}.${token.payload}`)

function section(text: string, name: string): Uint8Array {
  try {
    return base64Url(text)
  } catch (error) {
    throw error instanceof BuiltinFault ? new BuiltinFault(`JWT ${name} had invalid encoding: ${error.message}`) : error
  }
}

export function headerOf(token: Token): Claims {
  const text = textOf(section(token.header, 'header'))
  let header: Claims
  try {
    header = claimsOf(text)
  } catch (error) {
    throw error instanceof BuiltinFault ? new BuiltinFault(`bad JWT header: ${error.message}`) : error
  }
  if (get(header, 'enc') !== undefined) throw new BuiltinFault('JWT is a JWE object, which is not supported')
  return header
}

export const payloadOf = (token: Token): string => textOf(section(token.payload, 'payload'))
export const signatureOf = (token: Token): Uint8Array => base64Url(token.signature)
export const namedSignatureOf = (token: Token): Uint8Array => section(token.signature, 'signature')

export function claimsOf(text: string): Claims {
  let value: Value
  try {
    value = unmarshal(text)
  } catch (error) {
    throw error instanceof BuiltinFault ? new BuiltinFault(`invalid JSON: ${error.message}`) : error
  }
  if (!isObject(value)) throw new BuiltinFault('decoded JSON type was not an Object')
  return value
}

/** The fields of a header that decide. */
export type Header = { readonly alg: string; readonly kid: string; readonly cty: string; readonly understood: boolean }

const known = new Set(['alg', 'kid', 'typ', 'cty', 'crit'])

export function fieldsOf(header: Claims): Header {
  const text = (name: string): string => {
    const value = get(header, name)
    if (value !== undefined && typeof value !== 'string') throw new BuiltinFault(`${name}: must be a string`)
    return value ?? ''
  }
  const critical = get(header, 'crit')
  if (critical !== undefined && !isArray(critical)) throw new BuiltinFault('crit: must be a list')
  if (critical !== undefined && !critical.some((one) => typeof one === 'string')) throw new BuiltinFault('crit: must be a nonempty list')
  text('typ')
  // RFC 7515, 4.1.11: what is critical and not understood makes a token invalid
  const understood = (critical ?? []).every((one) => typeof one !== 'string' || known.has(one) || get(header, one) === undefined)
  return { alg: text('alg'), kid: text('kid'), cty: text('cty'), understood }
}
